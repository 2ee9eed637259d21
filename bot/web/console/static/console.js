"use strict";

// Everything works without this file: it adds keys, and follows a conversation that goes on.

(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const current = () => rows().findIndex((row) => row.contains(document.activeElement));

  function goTo(index) {
    const row = rows()[index];
    if (!row) return;
    const target = row.querySelector("[data-open]") || (row.tabIndex < 0 ? row : row.querySelector("a, button"));
    if (target) {
      target.focus();
      row.scrollIntoView({ block: "nearest" });
    }
  }

  function rowOr(selector) {
    const row = rows()[current()];
    return (row && row.querySelector(selector)) || null;
  }

  function submitReview() {
    const form = rowOr("[data-review]") || document.querySelector("main [data-review]:not([data-row] [data-review])");
    if (form) form.requestSubmit(form.querySelector("button"));
  }

  const act = {
    j: () => goTo(current() + 1),
    k: () => goTo(Math.max(0, current() - 1)),
    o: () => rowOr("[data-open]")?.click(),
    c: () => rowOr("[data-conversation]")?.click(),
  };

  // What was just done belongs to this page, not to an address that is kept or shared.
  const address = new URL(location.href);
  if (address.searchParams.has("done")) {
    for (const name of ["done", "undo"]) address.searchParams.delete(name);
    history.replaceState(history.state, "", address);
  }

  // What is being written outlives the page, in this tab alone, until it was sent.
  for (const place of document.querySelectorAll("textarea[data-draft]")) {
    const key = `draft:${place.dataset.draft}`;
    const sending = `sent:${key}`;
    if (sessionStorage.getItem(sending) && document.querySelector("main > .done")) {
      sessionStorage.removeItem(key);
    }
    sessionStorage.removeItem(sending);
    const draft = sessionStorage.getItem(key);
    // What the server gives back is newer.
    if ("typed" in place.dataset) sessionStorage.setItem(key, place.value);
    else if (draft !== null) place.value = draft;
    place.addEventListener("input", () => sessionStorage.setItem(key, place.value));
    place.form.addEventListener("submit", () => sessionStorage.setItem(sending, "1"));
  }
  document.querySelector('form[action$="/logout"]')?.addEventListener("submit", () => sessionStorage.clear());

  document.addEventListener("keydown", (event) => {
    if ("noKeys" in document.body.dataset) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const place = event.target;
    if (place.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") place.blur();
      return;
    }
    const marked = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (marked) {
      event.preventDefault();
      if (marked.matches("input, textarea")) marked.focus();
      else marked.click();
    } else if (event.key === "r" && document.querySelector("[data-review]")) {
      event.preventDefault();
      submitReview();
    } else if (Object.hasOwn(act, event.key) && rows().length) {
      event.preventDefault();
      act[event.key]();
    }
  });

  // How many tickets wait, in the title of the tab; it ends with the session, and keeps none open.
  const counter = document.querySelector("[data-waiting]");
  const COUNT_EVERY = 60 * 1000;

  function count() {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.open("GET", counter.dataset.waiting);
    request.setRequestHeader("X-Guichet-Poll", "1");
    request.addEventListener("load", () => {
      const told = request.status === 200 && request.response ? request.response.getElementById("waiting") : null;
      if (!told) return;
      const number = Number(told.dataset.number);
      document.title = (number ? `(${number}) ` : "") + document.title.replace(/^\(\d+\) /, "");
      setTimeout(count, COUNT_EVERY);
    });
    request.addEventListener("error", () => setTimeout(count, COUNT_EVERY));
    request.send();
  }

  if (counter) setTimeout(count, COUNT_EVERY);

  // A conversation that goes on: its turns are read anew every few seconds, until it has been quiet.
  const live = document.querySelector("[data-live]");
  const said = document.getElementById("live");
  const EVERY = 4000;
  const QUIET = 15 * 60 * 1000;
  let heard = Date.now();

  function follow() {
    if (Date.now() - heard > QUIET) return;
    if (document.hidden) {
      setTimeout(follow, EVERY);
      return;
    }
    const request = new XMLHttpRequest();
    // Parsed by the browser as a document, in which no script runs.
    request.responseType = "document";
    request.open("GET", live.dataset.live);
    request.addEventListener("load", () => {
      const fresh = request.status === 200 && request.response ? request.response.getElementById("turns") : null;
      const shown = document.getElementById("turns");
      if (fresh && shown && Number(fresh.dataset.last) > Number(shown.dataset.last)) {
        const known = shown.children.length;
        shown.append(...[...fresh.children].slice(known).map((node) => document.importNode(node, true)));
        shown.dataset.last = fresh.dataset.last;
        said.textContent = "La conversation continue : de nouveaux messages sont affichés.";
        heard = Date.now();
      }
      if (fresh) setTimeout(follow, EVERY);
      else said.textContent = "La suite n’est plus suivie : la session a expiré. Rechargez la page pour vous reconnecter.";
    });
    request.addEventListener("error", () => setTimeout(follow, 4 * EVERY));
    request.send();
  }

  if (live && live.dataset.live) setTimeout(follow, EVERY);
})();
