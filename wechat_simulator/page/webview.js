/* Web view: an article opened inside the phone, with a back button and a link to a browser tab. */

import { byId, el } from "./dom.js";

const view = () => byId("webview");
let opener = null;

/** Open an http(s) address over the chat; `from` gets the focus back when it closes. */
export function openPage(address, title, from) {
  opener = from ?? document.activeElement;
  byId("webview-title").textContent = title.trim() || address;
  byId("webview-tab").href = address;
  byId("webview-frame").replaceChildren(frame(address, title));
  view().hidden = false;
  setAside(true);
  byId("webview-close").focus();
}

/** Close the web view. */
export function closePage() {
  if (view().hidden) return;
  view().hidden = true;
  setAside(false);
  byId("webview-frame").replaceChildren();
  opener?.focus();
}

/** Disable focus and taps below an open article. */
function setAside(aside) {
  for (const other of view().parentElement.children) other.inert = aside && other !== view();
}

function frame(address, title) {
  // A page of the simulator is an article written by an account. With scripts and the same origin it could access
  // this page, so it gets neither. Foreign pages get both, as in a browser.
  const own = new URL(address).origin === location.origin;
  const allowed = own ? "" : "allow-scripts allow-same-origin allow-forms";
  const sandbox = `allow-popups allow-popups-to-escape-sandbox ${allowed}`;
  return el("iframe", { src: address, title: title || "文章", sandbox, referrerpolicy: "no-referrer" });
}

/** Connect the ways to close it: its button, and Escape wherever the focus is. */
export function setUpWebview() {
  byId("webview-close").addEventListener("click", closePage);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("ask").open) closePage();
  });
}
