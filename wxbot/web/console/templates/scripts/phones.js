/* Show a chosen view in both phone frames at once. */
for (const views of document.querySelectorAll(".phone-views")) {
  const frame = (name) => document.getElementsByName(name)[0];
  views.addEventListener("click", (event) => {
    const chosen = event.target.closest("a");
    if (!chosen || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    frame("phone-light").src = chosen.href;
    frame("phone-dark").src = chosen.dataset.dark;
    for (const each of views.querySelectorAll("a")) each.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "true");
  });
}
