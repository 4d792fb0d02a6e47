// Uploads: show their progress, and mark the place where a dragged file may be dropped. Without this script the form is sent plainly.
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const place = form.querySelector(".drop");
  const bar = form.querySelector("progress");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    place.addEventListener(kind, (event) => {
      event.preventDefault();
      place.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const sending = new XMLHttpRequest();
    button.disabled = true;
    bar.hidden = false;
    sending.upload.addEventListener("progress", (sent) => { if (sent.lengthComputable) bar.value = 100 * sent.loaded / sent.total; });
    sending.addEventListener("load", () => {
      if (sending.status === 200) { location.assign(sending.responseURL); return; }
      document.open(); document.write(sending.responseText); document.close();
    });
    sending.addEventListener("error", () => { button.disabled = false; bar.hidden = true; form.submit(); });
    sending.open("POST", form.action);
    sending.send(new FormData(form));
  });
})();
