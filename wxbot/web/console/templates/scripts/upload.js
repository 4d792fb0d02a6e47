// Uploads: show their progress, and mark the place where a dragged file may be dropped. Without this script the form is sent plainly.
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const place = form.querySelector(".drop");
  const bar = form.querySelector("progress");
  const trouble = form.querySelector(".bad");
  function stop(says) {
    trouble.textContent = says;
    trouble.hidden = false;
    bar.hidden = true;
    form.querySelector("button").disabled = false;
  }
  for (const kind of ["dragover", "dragleave", "drop"]) {
    place.addEventListener(kind, (event) => {
      event.preventDefault();
      place.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
    if (size > Number(form.dataset.limit) * 2 ** 20) {
      stop(`选的文件一共 ${Math.ceil(size / 2 ** 20)} MB，超过 ${form.dataset.limit} MB：请少选几个，或把文件里的图片缩小，另存一份再带进来。`);
      return;
    }
    trouble.hidden = true;
    const button = form.querySelector("button");
    const sending = new XMLHttpRequest();
    button.disabled = true;
    bar.hidden = false;
    sending.upload.addEventListener("progress", (sent) => { if (sent.lengthComputable) bar.value = 100 * sent.loaded / sent.total; });
    sending.addEventListener("load", () => {
      if (sending.status === 200) { location.assign(sending.responseURL); return; }
      document.open(); document.write(sending.responseText); document.close();
    });
    sending.addEventListener("error", () => stop("没有传上去，网络好像断了：什么也没有收下，请再按一次。"));
    sending.open("POST", form.action);
    sending.send(new FormData(form));
  });
})();
