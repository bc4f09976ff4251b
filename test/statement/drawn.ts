/** What a PDF of pdfkit's, uncompressed, shows: each text, bar and line, with its place. */

interface PdfObject {
  readonly head: string;
  readonly body: string;
}

/** A title for each page, then a line for all that is drawn on it, in points from its lower left corner. */
export function drawnIn(pdf: Buffer): string[] {
  const objects = objectsIn(pdf.toString("latin1"));
  const pages = refsIn([...objects.values()].find(({ head }) => head.includes("/Type /Pages"))?.head ?? "", "Kids");
  return pages.flatMap((page, i) => {
    const { head = "" } = objects.get(page) ?? {};
    const [contents = ""] = refsIn(head, "Contents");
    const [resources = ""] = refsIn(head, "Resources");
    const fonts = fontsIn(objects, objects.get(resources)?.head ?? "");
    return [`page ${i + 1}`, ...marksIn(objects.get(contents)?.body ?? "", fonts)];
  });
}

/** What the document says of itself and how it wants to be shown: the catalog and the information, one key a line. */
export function infoIn(pdf: Buffer): string[] {
  const objects = objectsIn(pdf.toString("latin1"));
  const heads = [...objects.values()].map(({ head }) => head);
  return ["/Type /Catalog", "/Producer"].flatMap((key) => {
    const found = heads.find((head) => head.includes(key)) ?? "";
    const whole = found.replaceAll(/(\d+) 0 R/g, (_, number: string) => {
      const { head = "" } = objects.get(number) ?? {};
      return head.startsWith("(") ? head : "…";
    });
    return whole.split("\n").filter((line) => line.startsWith("/") && !line.endsWith("…"));
  });
}

const objectsIn = (text: string): Map<string, PdfObject> =>
  new Map(
    [...text.matchAll(/^(\d+) 0 obj\n([^]*?)\nendobj$/gm)].map(([, number = "", whole = ""]) => {
      const [head = "", body = ""] = whole.split(/\nstream\n/);
      return [number, { head, body }];
    }),
  );

function refsIn(head: string, key: string): string[] {
  const value = new RegExp(`/${key} (\\[[^\\]]*\\]|\\d+ 0 R)`).exec(head)?.[1] ?? "";
  return [...value.matchAll(/(\d+) 0 R/g)].map(([, number = ""]) => number);
}

interface Font {
  readonly name: string;
  /** By glyph. */
  readonly letters: readonly string[];
}

function fontsIn(objects: ReadonlyMap<string, PdfObject>, resources: string): Map<string, Font> {
  const named = [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)];
  return new Map(
    named.map(([, key = "", number = ""]) => {
      const { head = "" } = objects.get(number) ?? {};
      const { body = "" } = objects.get(refsIn(head, "ToUnicode")[0] ?? "") ?? {};
      const codes = /\[([^\]]*)\]\nendbfrange/.exec(body)?.[1]?.match(/<[^>]*>/g) ?? [];
      const name = /BaseFont \/\w+\+(\S+)/.exec(head)?.[1] ?? "";
      return [key, { name, letters: codes.map((code) => textOf(code.slice(1, -1))) }];
    }),
  );
}

const textOf = (hex: string): string =>
  hex
    .split(" ")
    .map((unit) => String.fromCharCode(Number.parseInt(unit, 16)))
    .join("");

/** The few operators that the paper uses. */
function marksIn(content: string, fonts: ReadonlyMap<string, Font>): string[] {
  let [place, font, size, color, from] = ["", "", "", "", ""];
  const marks: string[] = [];
  for (const line of content.split("\n")) {
    const words = line.split(" ");
    const numbers = words.slice(0, -1).map((word) => String(Math.round(Number(word) * 100) / 100));
    switch (words.at(-1)) {
      case "scn":
      case "SCN":
        color = `#${words.slice(0, 3).map(hexOf).join("")}`;
        break;
      case "Tf":
        [font, size] = [words[0]?.slice(1) ?? "", words[1] ?? ""];
        break;
      case "Tm":
        place = numbers.slice(4).join(" ");
        break;
      case "TJ": {
        const { name = "", letters = [] } = fonts.get(font) ?? {};
        const glyphs = [...line.matchAll(/<([^>]*)>/g)].flatMap(([, hex = ""]) => hex.match(/.{4}/g) ?? []);
        const text = glyphs.map((glyph) => letters[Number.parseInt(glyph, 16)] ?? "?").join("");
        marks.push(`${place} ${name} ${size} ${color} ${text}`);
        break;
      }
      case "re":
        marks.push(`bar ${numbers.join(" ")} ${color}`);
        break;
      case "m":
        from = numbers.join(" ");
        break;
      case "l":
        marks.push(`line ${from} to ${numbers.join(" ")}`);
        break;
      case "w":
        marks.push(`width ${numbers.join(" ")}`);
    }
  }
  return marks;
}

const hexOf = (share: string): string =>
  Math.round(Number(share) * 255)
    .toString(16)
    .padStart(2, "0");
