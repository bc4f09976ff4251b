import { createServer } from "node:net";
import { UpheldError } from "../../src/errors.ts";
import { openHardhat } from "../hardhat/runtime.ts";

/** A chain in this process: it is gone when the process is. */
export interface LocalNode {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

/** Starts Hardhat's node in this process. Port 0: any that is free. */
export async function startNode(port: number, initialDate: string): Promise<LocalNode> {
  if (port !== 0) await requireFree(port);
  const hre = await openHardhat();
  const server = await hre.network.createServer({ network: "default", override: { initialDate } }, HOST, port);
  const listening = await server.listen();
  return { url: `http://${HOST}:${listening.port}`, close: () => server.close() };
}

/** Hardhat's server has no error for this. */
async function requireFree(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "is in use" : `cannot be used (${cause.code ?? cause.message})`;
      reject(
        new UpheldError(
          {
            code: "port.in-use",
            message: `Port ${port} ${why}.`,
            hint: "Stop what listens there, or choose another one: npm start -- --keep --port 8546",
          },
          { cause },
        ),
      );
    });
    probe.listen(port, HOST, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}
