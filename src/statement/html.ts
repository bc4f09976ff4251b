import type { Block, Paper, Table } from "./paper.ts";

/** The paper as one HTML file: no script, nothing fetched, light and dark, and it prints. */
export function htmlOf({ title, subtitle, blocks, footer }: Paper): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(`${title}, ${subtitle}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header><h1>${escaped(title)}</h1><p>${escaped(subtitle)}</p></header>
${blocks.map(blockHtml).join("\n")}
</main>
<footer>${escaped(footer)}</footer>
</body>
</html>
`;
}

function blockHtml(block: Block, i: number, all: readonly Block[]): string {
  switch (block.kind) {
    case "heading":
      return `<h${block.level}>${escaped(block.text)}</h${block.level}>`;
    case "text":
      return `<p>${escaped(block.text)}</p>`;
    case "small":
      return `<p class="small">${escaped(block.text)}</p>`;
    case "notice":
      return `<div class="notice ${block.isBad ? "bad" : "good"}">${block.lines.map((line) => `<p>${escaped(line)}</p>`).join("")}</div>`;
    case "list":
      return `<ol>${block.items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ol>`;
    case "table":
      return tableHtml(block, nameOf(i, all));
  }
}

/** `The money, table 2`: the heading above, and its place, as no two regions may have one name. */
function nameOf(i: number, all: readonly Block[]): string {
  const before = all.slice(0, i);
  const heading = before.findLast((block) => block.kind === "heading");
  const place = before.filter(({ kind }) => kind === "table").length + 1;
  return `${heading === undefined ? "" : `${heading.text}, `}table ${place}`;
}

function tableHtml({ head, rows, figures, sums }: Table, name: string): string {
  const kind = (i: number) => (figures.includes(i) ? ' class="figure"' : "");
  const heading = head.map((text, i) => `<th scope="col"${kind(i)}>${escaped(text)}</th>`).join("");
  const body = rows.map((row, r) => {
    const cells = row.map((text, i) =>
      i === 0 ? `<th scope="row">${escaped(text)}</th>` : `<td${kind(i)}>${escaped(text)}</td>`,
    );
    return `<tr${sums.includes(r) ? ' class="sum"' : ""}>${cells.join("")}</tr>`;
  });
  // what scrolls must be reached by the keyboard, and say what it is
  return `<div class="wide" role="region" tabindex="0" aria-label="${escaped(name)}"><table><thead><tr>${heading}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table></div>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const STYLE = `
:root{color-scheme:light dark;--ink:#1a1d21;--soft:#555c66;--line:#c9ced6;--paper:#fff;--bad:#8f1d14;--badback:#fdecea;--good:#1d5c36;--goodback:#e9f5ed}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#aab1bb;--line:#454c56;--paper:#16181c;--bad:#ffb4ab;--badback:#3a1814;--good:#a5dab6;--goodback:#12301d}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main,footer{max-width:52rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;margin:0}header p{margin:.2rem 0 1rem;color:var(--soft)}
h2{font-size:1.2rem;margin:1.8rem 0 .5rem}h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.4rem 0;overflow-wrap:anywhere}.small{font-size:.82rem;color:var(--soft)}
.notice{border-left:.3rem solid;padding:.4rem .8rem;margin:.6rem 0}.bad{border-color:var(--bad);background:var(--badback);color:var(--bad);font-weight:600}.good{border-color:var(--good);background:var(--goodback);color:var(--good)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tbody th{font-weight:400}.figure{text-align:right;white-space:nowrap}.sum th,.sum td{font-weight:700;border-top:2px solid var(--ink)}
footer{color:var(--soft);font-size:.82rem;border-top:1px solid var(--line)}
@media print{body{font-size:11pt}h2,h3{break-after:avoid}tr,.notice{break-inside:avoid}}
`;
