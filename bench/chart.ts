/** Charts of the figures: the same figures give the same bytes. They bring their own ground, light or dark. */
import type { Cost } from "./compare.ts";
import type { Figures } from "./gas.ts";

const LIGHT = {
  ground: "#ffffff",
  ink: "#1f2328",
  faint: "#59636e",
  line: "#d1d9e0",
  ours: "#0969da",
  theirs: "#8c959f",
};
const DARK = {
  ground: "#0d1117",
  ink: "#f0f6fc",
  faint: "#9198a1",
  line: "#3d444d",
  ours: "#4493f8",
  theirs: "#656c76",
};

const colours = ({ ground, ink, faint, line, ours, theirs }: typeof LIGHT) =>
  [
    `.ground { fill: ${ground}; } text { fill: ${ink}; } .faint { fill: ${faint}; } .grid { stroke: ${line}; }`,
    `.ours { fill: ${ours}; } .theirs { fill: ${theirs}; } .curve { stroke: ${ours}; }`,
  ].join("\n  ");

const STYLE = `<style>
  text { font: 12px system-ui, sans-serif; }
  .title { font-weight: 600; font-size: 13px; }
  .faint { font-size: 11px; }
  .right { text-anchor: end; }
  .middle { text-anchor: middle; }
  .curve { stroke-width: 2; fill: none; }
  .second { stroke-dasharray: 5 4; }
  ${colours(LIGHT)}
  @media (prefers-color-scheme: dark) {
  ${colours(DARK)}
  }
</style>`;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

// ---------------------------------------------------------------------------------------------------------- bars

const ROW = 26;

/** One bar a cost. Bars longer than `most` are cut, and say so by a gap. */
export function barsOf(title: string, costs: readonly Cost[], most: number): string {
  const [left, right, top] = [220, 110, 40];
  const width = 760;
  const full = width - left - right;
  const bars = costs.map(({ name, gas, hasLevel }, i) => {
    const y = top + i * ROW;
    const length = round((Math.min(gas, most) / most) * full);
    const kind = name.startsWith("Upheld") ? "ours" : "theirs";
    const gap = gas > most ? `<path d="M${left + length - 24} ${y + 20} l8 -20 h6 l-8 20 z" class="ground"/>` : "";
    return [
      `<text class="right" x="${left - 8}" y="${y + 14}">${name}</text>`,
      `<rect class="${kind}" x="${left}" y="${y}" width="${length}" height="18" rx="2"/>${gap}`,
      `<text x="${left + length + 8}" y="${y + 14}">${thousands(gas)}${hasLevel ? " ●" : ""}</text>`,
    ].join("\n");
  });
  const height = top + costs.length * ROW + 24;
  const key = `<text class="faint" x="${left}" y="${height - 12}">● knows how well the service was</text>`;
  return svg(width, height, title, [heading(title, 16, 22), ...bars, key]);
}

// --------------------------------------------------------------------------------------------------------- curves

export interface Panel {
  readonly title: string;
  readonly under: string;
  /** Ten, a hundred … are equally far apart. */
  readonly isLogarithmic?: boolean;
  readonly curves: readonly { readonly name?: string; readonly figures: Figures }[];
}

/** Panels side by side, each with its own scale from zero. */
export function panelsOf(title: string, panels: readonly Panel[]): string {
  const [each, height] = [270, 250];
  const drawn = panels.map((panel, i) => drawPanel(panel, { x: i * each + 56, y: 48, width: each - 80, height: 140 }));
  return svg(panels.length * each, height, title, drawn);
}

function drawPanel({ title, under, isLogarithmic, curves }: Panel, box: Box): string {
  const points = curves.map(({ figures }) => Object.entries(figures).map(([x, y]) => [Number(x), y] as const));
  const sizes = points.flat().map(([x]) => x);
  const top = ceiling(Math.max(...points.flat().map(([, y]) => y)));
  const scale = (x: number) => (isLogarithmic === true ? Math.log(x) : x);
  const [from, to] = [scale(Math.min(...sizes)), scale(Math.max(...sizes))];
  const atX = (x: number) => round(box.x + ((scale(x) - from) / (to - from)) * box.width);
  const atY = (y: number) => round(box.y + box.height - (y / top) * box.height);
  const grid = [0, top / 2, top].map(
    (y) =>
      `<path class="grid" d="M${box.x} ${atY(y)} h${box.width}"/>` +
      `<text class="faint right" x="${box.x - 6}" y="${atY(y) + 4}">${short(y)}</text>`,
  );
  const ticks = ticksOf(points[0]?.map(([x]) => x) ?? [], atX).map(
    (x) => `<text class="faint middle" x="${atX(x)}" y="${box.y + box.height + 16}">${x}</text>`,
  );
  const lines = points.map((curve, i) => {
    const path = curve.map(([x, y], at) => `${at === 0 ? "M" : "L"}${atX(x)} ${atY(y)}`).join(" ");
    const dots = curve.map(([x, y]) => `<circle class="ours" cx="${atX(x)}" cy="${atY(y)}" r="3"/>`).join("");
    const [lastX, lastY] = curve.at(-1) ?? [0, 0];
    const label = `${curves[i]?.name ?? ""} ${thousands(lastY)}`.trim();
    const name = `<text class="right" x="${atX(lastX) + 8}" y="${atY(lastY) - 8}">${label}</text>`;
    return `<path class="curve${i > 0 ? " second" : ""}" d="${path}"/>${dots}${name}`;
  });
  const below = `<text class="faint middle" x="${box.x + box.width / 2}" y="${box.y + box.height + 36}">${under}</text>`;
  return [heading(title, box.x - 40, 22), ...grid, ...ticks, ...lines, below].join("\n");
}

/** Those that have room, from the last down. */
function ticksOf(sizes: readonly number[], atX: (x: number) => number): number[] {
  return sizes.toReversed().reduce<number[]>((shown, x) => {
    const [next] = shown;
    return next === undefined || atX(next) - atX(x) > 20 ? [x, ...shown] : shown;
  }, []);
}

/** The next round number. */
function ceiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 2.5, 3, 4, 5, 8, 10].find((step) => step * power >= value * 1.1) ?? 15) * power;
}

// --------------------------------------------------------------------------------------------------------- pieces

const heading = (text: string, x: number, y: number) => `<text class="title" x="${x}" y="${y}">${text}</text>`;
const thousands = (value: number): string => Math.round(value).toLocaleString("en");
const short = (value: number): string =>
  value >= 1_000_000 ? `${value / 1_000_000} M` : value >= 1_000 ? `${value / 1_000} k` : String(value);
const round = (value: number): number => Math.round(value * 10) / 10;

function svg(width: number, height: number, label: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    STYLE,
    `<rect width="${width}" height="${height}" rx="6" class="ground"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}
