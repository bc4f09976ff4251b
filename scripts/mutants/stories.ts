/**
 * For the mutation run only: a `describe` that sets its world up once is a story whose steps build on each other. Here
 * it becomes one test, so that it is run whole or not at all, and what its hooks reach counts as reached by it.
 */
import Mocha from "mocha";

type Step = Pick<Mocha.Runnable, "fn">;

const load = Reflect.get(Mocha.prototype, "loadFilesAsync") as (this: Mocha, options: unknown) => Promise<void>;
Reflect.set(Mocha.prototype, "loadFilesAsync", async function (this: Mocha, options: unknown) {
  await load.call(this, options);
  this.suite.suites.forEach(join);
});

/** Makes one test of each story in `suite`. */
function join(suite: Mocha.Suite): void {
  const { _beforeAll: first, _afterAll: last } = hooksOf(suite);
  if (first.length === 0) {
    suite.suites.forEach(join);
    return;
  }
  const steps = [...first, ...stepsOf(suite, [], [])];
  const story = new Mocha.Test("from beginning to end", async function (this: Mocha.Context) {
    try {
      for (const step of steps) await run(step, this);
    } finally {
      for (const step of last) await run(step, this);
    }
  });
  if (suite.file !== undefined) story.file = suite.file;
  Object.assign(suite, { _beforeAll: [], _beforeEach: [], _afterEach: [], _afterAll: [], tests: [], suites: [] });
  suite.addTest(story);
}

function stepsOf(suite: Mocha.Suite, before: readonly Step[], after: readonly Step[]): Step[] {
  const { _beforeEach, _afterEach } = hooksOf(suite);
  const [first, last] = [
    [...before, ..._beforeEach],
    [..._afterEach, ...after],
  ];
  const own = suite.tests.flatMap((test) => [...first, test, ...last]);
  const inner = suite.suites.flatMap((each) => {
    const { _beforeAll, _afterAll } = hooksOf(each);
    return [..._beforeAll, ...stepsOf(each, first, last), ..._afterAll];
  });
  return [...own, ...inner];
}

const hooksOf = (suite: Mocha.Suite) =>
  suite as unknown as Readonly<Record<"_beforeAll" | "_beforeEach" | "_afterEach" | "_afterAll", readonly Step[]>>;

async function run({ fn }: Step, context: Mocha.Context): Promise<void> {
  await (fn as Mocha.AsyncFunc | undefined)?.call(context);
}
