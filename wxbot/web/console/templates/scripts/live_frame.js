/* Show in its frame what a form would do while somebody types; without this script the button shows it. */
for (const button of document.querySelectorAll("button[formtarget][data-live]")) {
  let waiting;
  button.form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => button.form.requestSubmit(button), 800);
  });
  button.form.addEventListener("submit", () => clearTimeout(waiting));
}
