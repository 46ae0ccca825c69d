// Printing needs a script: without one the button is not there, and the browser's own menu prints the paper.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Signed out meanwhile, the check is answered by the sign-in page: it does not belong beside the draft.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL).pathname !== event.detail.pathInfo.requestPath) event.detail.shouldSwap = false;
});

// Leaving the editor with unsaved words asks first; every button of the form saves.
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  let unsaved = form.dataset.unsaved === "yes";
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}
