import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { config } from "zod/v4/core";
import en from "zod/v4/locales/en.js";
import { App } from "./app.tsx";
import { listenForWallets } from "./chain/wallet.ts";
import { judgeInWorker } from "./evidence/apart.ts";

// the words of what is wrong with an evidence file
config(en());
if (typeof document === "undefined") judgeInWorker();
else show();

function show(): void {
  const place = document.querySelector("#page");
  if (place === null) throw new Error("the document has no place for the page");
  listenForWallets();
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
