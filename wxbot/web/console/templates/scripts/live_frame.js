/* Show in its frame what a form would do while somebody types; without this script the button shows it. */
for (const button of document.querySelectorAll("button[formtarget][data-live]")) {
  let waiting;
  button.form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => button.form.requestSubmit(button), 800);
  });
  button.form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (event.submitter !== button) return;
    // A new frame replaces its first page: the Back key leads out of this page and not through earlier looks.
    const [frame] = document.getElementsByName(button.getAttribute("formtarget"));
    const fresh = frame.cloneNode();
    fresh.removeAttribute("src");
    frame.replaceWith(fresh);
  });
}
