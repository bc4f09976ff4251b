/** One line that says what is being played, for a person who waits; nothing for anybody else. */
export class Progress {
  readonly #isShown: boolean;

  constructor(isShown: boolean) {
    this.#isShown = isShown;
  }

  show(what: string): void {
    if (this.#isShown) process.stderr.write(`\r\u001b[K… ${what}`);
  }

  clear(): void {
    if (this.#isShown) process.stderr.write("\r\u001b[K");
  }
}
