// Sends a form with files so that its progress can be seen. Without JavaScript the same form sends itself.
// The form's data-says-… are the words, data-swap the part of an answered page that takes its place here.

const size = (bytes, says) => bytes < 999500
  ? `${Math.max(1, Math.round(bytes / 1000))} ${says.saysKb}`
  : `${(bytes / 1e6).toFixed(1)} ${says.saysMb}`;

function tell(form, text, bad) {
  let box = form.querySelector(".sending");
  if (!box) {
    box = document.createElement("div");
    box.className = "sending";
    box.append(document.createElement("span"));
    form.querySelector(".actions").after(box);
  }
  box.classList.toggle("bad", Boolean(bad));
  box.setAttribute("role", bad ? "alert" : "status");
  box.firstChild.textContent = text;
  return box;
}

// What was chosen, by name and size; what is too large stays out.
function listChosen(input) {
  const form = input.form;
  const most = Number(input.dataset.most);
  const field = input.closest(".choose");
  let list = field.querySelector(".chosen");
  if (!list) {
    list = document.createElement("ul");
    list.className = "chosen";
    list.setAttribute("role", "status");
    field.append(list);
  }
  const files = [...input.files];
  const fit = new DataTransfer();
  list.replaceChildren(...files.map((file) => {
    const line = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = `${file.name} (${size(file.size, form.dataset)})`;
    line.append(name);
    if (file.size > most) {
      line.className = "no";
      line.append(form.dataset.saysLarge);
    } else {
      fit.items.add(file);
    }
    return line;
  }));
  if (fit.files.length < files.length) input.files = fit.files;
}

function dropInto(field, input) {
  const over = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    field.classList.toggle("over", event.type === "dragenter" || event.type === "dragover");
  };
  for (const name of ["dragenter", "dragover", "dragleave"]) field.addEventListener(name, over);
  field.addEventListener("drop", (event) => {
    over(event);
    const all = new DataTransfer();
    for (const file of [...input.files, ...event.dataTransfer.files]) all.items.add(file);
    input.files = all.files;
    listChosen(input);
  });
  const hint = field.querySelector(".hint");
  hint.append(` (${input.form.dataset.saysDrop})`);
}

// Puts the answered page, or the part of it that belongs here, in the place of what stands here.
function show(form, page, url) {
  const answered = new DOMParser().parseFromString(page, "text/html");
  const id = form.dataset.swap || "main";
  const there = answered.getElementById(id);
  const here = document.getElementById(id);
  if (!there || !here) return false;
  const kept = new Map([...here.querySelectorAll("input[type=file]")].map((one) => [one.id, one.files]));
  const all = !form.dataset.swap;
  here.replaceWith(there);
  if (all) {
    for (const [name, files] of kept) {
      const input = document.getElementById(name);
      if (input && files.length) { input.files = files; }
    }
  }
  const said = answered.querySelector(".flashes");
  if (said && !all) there.prepend(said);
  enhance(there);
  for (const input of there.querySelectorAll("input[type=file]")) if (input.files.length) listChosen(input);
  const wrong = there.querySelector("[role=alert]");
  (wrong || there).focus();
  if (wrong) wrong.scrollIntoView({ block: "nearest" });
  return true;
}

async function arrive(form, where) {
  const there = new URL(where, location.href);
  if (form.dataset.swap) {
    const answer = await fetch(there.pathname + there.search, { credentials: "same-origin" });
    if (answer.ok && show(form, await answer.text())) return;
  }
  if (there.pathname === location.pathname && there.search === location.search) {
    history.replaceState(null, "", there.href); // the same page with another anchor would not be asked for again
    location.reload();
  } else {
    location.assign(there.href);
  }
}

function send(form, event) {
  const by = event.submitter;
  const input = form.querySelector("input[type=file]");
  if (by && by.hasAttribute("formaction")) return; // another act of the same form: it brings no files
  if (form.dataset.busy) { event.preventDefault(); return; } // a second click
  if (!input || !input.files.length) return; // nothing to wait for: the browser sends it
  event.preventDefault();
  form.dataset.busy = "yes";
  const buttons = [...form.querySelectorAll("button")];
  const free = () => {
    delete form.dataset.busy;
    for (const one of buttons) one.disabled = false;
    const bar = form.querySelector(".sending progress");
    if (bar) bar.remove();
  };
  const body = new FormData(form);
  const box = tell(form, form.dataset.saysSending);
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", form.dataset.saysSending);
  box.append(bar);
  for (const one of buttons) one.disabled = true;
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.upload.addEventListener("progress", (step) => {
    if (!step.lengthComputable) return;
    bar.value = step.loaded / step.total;
    if (step.loaded === step.total) box.firstChild.textContent = form.dataset.saysKept;
  });
  request.addEventListener("error", () => { free(); tell(form, form.dataset.saysBroken, true); });
  request.addEventListener("abort", () => { free(); tell(form, form.dataset.saysBroken, true); });
  request.addEventListener("load", () => {
    const type = request.getResponseHeader("Content-Type") || "";
    if (request.status === 200 && type.startsWith("application/json")) {
      arrive(form, JSON.parse(request.responseText).go);
      return;
    }
    free();
    const signedIn = new URL(request.responseURL).pathname === new URL(form.action).pathname;
    if (request.status === 200 && signedIn && show(form, request.responseText)) return;
    const answered = new DOMParser().parseFromString(request.responseText, "text/html");
    const why = request.status >= 400 && answered.querySelector("main h1");
    tell(form, why ? `${why.textContent.trim()} ${form.dataset.saysRefused}` : form.dataset.saysRefused, true);
  });
  request.send(body);
}

function enhance(root) {
  for (const form of root.querySelectorAll("form[data-sending]")) {
    const input = form.querySelector("input[type=file]");
    if (input) {
      input.addEventListener("change", () => listChosen(input));
      dropInto(input.closest(".choose"), input);
    }
    form.addEventListener("submit", (event) => send(form, event));
  }
}

enhance(document);
