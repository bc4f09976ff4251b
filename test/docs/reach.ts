/** What a contract's function can revert with and emit, read from the compiler's syntax trees: through everything it calls. */
import { compile } from "../support/solc.ts";

interface Node {
  readonly id: number;
  readonly nodeType: string;
  readonly name?: string;
  readonly [key: string]: unknown;
}

export interface Reach {
  readonly errors: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
}

/** The declarations of `contracts/`, by the compiler's ids. Only parsed and resolved: no code is generated. */
export class Sources {
  readonly #nodes = new Map<number, Node>();
  /** Declarations in this repository; what its dependencies raise is not ours to document. */
  readonly #own = new Set<number>();

  constructor(root: URL, entries: readonly string[]) {
    const { sources } = compile(root, entries, { "*": { "": ["ast"] } }) as { sources: Record<string, { ast: Node }> };
    for (const [path, { ast }] of Object.entries(sources)) {
      walk(ast, (node) => {
        this.#nodes.set(node.id, node);
        if (path.startsWith("contracts/")) this.#own.add(node.id);
      });
    }
  }

  /** Names of a contract's own events or errors. */
  declared(contract: string, nodeType: "EventDefinition" | "ErrorDefinition"): string[] {
    return this.#members(contract)
      .filter((node) => node.nodeType === nodeType)
      .map((node) => node.name ?? "");
  }

  /** A contract's functions that change something, with their parameters as its source writes them. */
  mutators(contract: string): string[] {
    return this.#functions(contract)
      .filter((node) => !["view", "pure"].includes(node["stateMutability"] as string))
      .map((node) => node.name ?? "");
  }

  /** What `name` of `contract` can revert with and emit. */
  reach(contract: string, name: string): Reach {
    const found = this.#functions(contract).find((node) => node.name === name);
    if (found === undefined) throw new Error(`${contract} has no function ${name}.`);
    const [seen, errors, events] = [new Set<number>(), new Set<string>(), new Set<string>()];
    const visit = (declaration: Node): void => {
      if (seen.has(declaration.id)) return;
      seen.add(declaration.id);
      walk(declaration, (node) => {
        const called = this.#nodes.get(node["referencedDeclaration"] as number);
        if (called === undefined) return;
        if (called.nodeType === "ErrorDefinition" && this.#own.has(called.id)) errors.add(called.name ?? "");
        if (called.nodeType === "EventDefinition" && this.#own.has(called.id)) events.add(called.name ?? "");
        if (["FunctionDefinition", "ModifierDefinition"].includes(called.nodeType)) visit(called);
      });
    };
    visit(found);
    return { errors, events };
  }

  #functions(contract: string): Node[] {
    return this.#members(contract).filter(
      (node) =>
        node.nodeType === "FunctionDefinition" && node["kind"] === "function" && node["visibility"] === "external",
    );
  }

  #members(contract: string): Node[] {
    for (const node of this.#nodes.values()) {
      if (node.nodeType === "ContractDefinition" && node.name === contract) return node["nodes"] as Node[];
    }
    throw new Error(`There is no contract ${contract}.`);
  }
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (typeof value === "object" && value !== null) {
    if ("nodeType" in value && "id" in value) visit(value as Node);
    for (const item of Object.values(value)) walk(item, visit);
  }
}
