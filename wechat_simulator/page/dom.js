/* DOM helpers. All content is built from nodes and text, never from markup strings, so it cannot inject HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** The element of index.html with that id. */
export const byId = (id) => document.getElementById(id);

/** Create an element with attributes, listeners such as `onclick`, and children (nodes or text). */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** An icon from the symbols in index.html. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(use);
  return drawing;
}

/**
 * Render `items` into `parent`, reusing the nodes of items that were there before, so that opened details stay
 * open and the focus is kept. `keyOf` returns an item's key, `make` creates its node.
 */
export function reconcile(parent, items, keyOf, make) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let node = old.get(key);
    old.delete(key);
    if (node && node === place) {
      place = place.nextElementSibling;
      continue;
    }
    node ??= make(item);
    node.dataset.key = key;
    parent.insertBefore(node, place);
  }
  for (const node of old.values()) node.remove();
}

/** The text of an empty list. */
export const empty = (title, help) =>
  el("div", { class: "empty", "data-key": "empty" }, el("p", {}, title), help && el("p", {}, help));

/** Show a message at the bottom of the window for a few seconds. */
export function toast(text) {
  const line = el("p", { class: "toast" }, text);
  byId("toasts").append(line);
  setTimeout(() => line.remove(), 6000);
}

/**
 * Ask for values in a dialog. `fields` is a list of `{name, label, value, type, hint, options}`; `words` is an
 * explanation. Resolves to the values by name, or to null if the dialog is cancelled.
 */
export function ask(title, fields, confirm = "发送", words = "") {
  const dialog = byId("ask");
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", { id: "ask-title" }, title),
    words && el("p", {}, words),
    fields.map(field),
    el(
      "div",
      { class: "buttons" },
      el("button", { type: "button", class: "quiet", onclick: () => dialog.close("") }, "取消"),
      el("button", { type: "submit", class: "primary", value: "yes", "data-testid": "ask-confirm" }, confirm),
    ),
  );
  dialog.replaceChildren(form);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
  });
}

function field({ name, label, value = "", type = "text", hint, required = true, options }) {
  return el(
    "label",
    { class: "field" },
    el("span", {}, label),
    options
      ? el(
          "select",
          { name },
          options.map(([option, words]) => el("option", { value: option, selected: option === value }, words)),
        )
      : el("input", { name, type, value, required, step: type === "number" ? "any" : undefined }),
    hint && el("small", {}, hint),
  );
}
