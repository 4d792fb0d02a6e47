// The reading page: settle lines without loading the page anew, and with keys. Without this script links and buttons do the same.
(() => {
  const page = () => document.getElementById("reading");
  if (!page()) return;
  const open = () => page().querySelector(".lines .open");

  function select(row) {
    if (!row) return;
    const before = open();
    if (before === row) return;
    if (row.querySelector(".line .said").textContent.startsWith("［图片］") || !page().querySelector("#line-form")) {
      row.querySelector(".line").click();
      return;
    }
    if (before) {
      before.classList.remove("open");
      before.removeAttribute("id");
      before.querySelector(".line").removeAttribute("aria-current");
      before.querySelectorAll(".settle, .shown").forEach((each) => each.remove());
    }
    row.classList.add("open");
    row.id = "here";
    row.querySelector(".line").setAttribute("aria-current", "true");
    row.append(page().querySelector("#line-form").content.cloneNode(true));
    row.querySelector("[name=line]").value = row.dataset.line;
    htmx.process(row);
    row.scrollIntoView({ block: "nearest" });
  }

  function move(step, wanted) {
    const rows = [...page().querySelectorAll(wanted)];
    const all = [...page().querySelectorAll(".lines > li")];
    const here = all.indexOf(open());
    const behind = rows.filter((row) => (all.indexOf(row) - here) * step > 0);
    select(step > 0 ? behind[0] : behind[behind.length - 1]);
  }

  function press(use) {
    const row = open();
    const button = row && row.querySelector(`.settle [name=use][value=${use}]`);
    if (!button) return;
    const begins = row.querySelector("[name=begins]");
    if (use === "split" && begins && !begins.value) begins.focus();
    else button.click();
  }

  const KEYS = {
    j: () => move(1, ".lines > li"), k: () => move(-1, ".lines > li"),
    ArrowDown: () => move(1, ".lines > li"), ArrowUp: () => move(-1, ".lines > li"),
    n: () => move(1, ".lines > .doubtful"), p: () => move(-1, ".lines > .doubtful"),
    u: () => { const undo = page().querySelector(".undo button"); if (undo) undo.click(); },
    "?": () => page().querySelector("#keys").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, dialog")) return;
    const uses = Object.fromEntries(page().dataset.uses.trim().split(" ").map((each) => each.split("=")));
    const act = KEYS[event.key] || (uses[event.key] && (() => press(uses[event.key])));
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".lines .line");
    const row = link && link.parentElement;
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || !event.isTrusted) return;
    if (row.querySelector(".said").textContent.startsWith("［图片］")) return;
    event.preventDefault();
    event.stopPropagation();
    select(row);
  }, true);

  // A refusal is a page too: the reading as it is, with the reason above.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 409) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener("htmx:afterSettle", () => { const row = open(); if (row) row.scrollIntoView({ block: "nearest" }); });
})();
