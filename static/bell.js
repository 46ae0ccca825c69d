// The bell asks again once a minute while somebody looks at the page, and at once when they come back to it after
// longer. Hidden, or signed out meanwhile, nothing is asked. A reader of screens hears of new notices, never of fewer.
(() => {
  const EVERY = 60000;
  const bell = document.getElementById("bell");
  const said = document.getElementById("bell-said");
  if (!bell || !said || !window.htmx) return;
  const count = () => parseInt(bell.querySelector(".n")?.textContent ?? "0", 10) || 0;
  let timer, asked = Date.now(), before = count(), over = false;

  function wait() {
    clearTimeout(timer);
    if (over || document.hidden) return;
    timer = setTimeout(ask, Math.max(0, asked + EVERY - Date.now()));
  }
  function ask() {
    asked = Date.now();
    window.htmx.trigger(bell, "ask");
    wait();
  }
  bell.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr.status !== 204) return;
    over = true;
    wait();
  });
  bell.addEventListener("htmx:afterSwap", () => {
    const now = count();
    if (now > before) said.textContent = bell.querySelector(".vh").textContent;
    before = now;
  });
  document.addEventListener("visibilitychange", wait);
  wait();
})();
