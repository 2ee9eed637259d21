/* The help page: searches while one types, and opens articles in the assistant. Without it the page
 * has a plain form and links. */
(function () {
  "use strict";

  const PAUSE = 150;
  const assistant = document.querySelector("guichet-assistant");

  document.querySelectorAll("[data-ask]").forEach(function (node) {
    node.addEventListener("click", () => assistant.ask(node.dataset.ask, node.dataset.title));
  });

  const form = document.getElementById("search");
  if (!form) {
    return;
  }
  const field = document.getElementById("q");
  const results = document.getElementById("results");
  const found = document.getElementById("found");
  const announced = document.getElementById("announced");
  const hits = document.getElementById("hits");
  const nothing = document.getElementById("nothing");
  const say = nothing.querySelector("[data-say]");
  let timer = 0;
  let asked = 0;

  function row(result) {
    const link = document.createElement("a");
    link.href = result.address;
    link.append(result.title);
    const excerpt = document.createElement("p");
    excerpt.append(result.excerpt);
    const item = document.createElement("li");
    item.append(link, excerpt);
    return item;
  }

  function show(answer) {
    results.hidden = !answer.found;
    found.textContent = answer.found;
    announced.textContent = answer.found;
    hits.replaceChildren(...answer.results.map(row));
    nothing.hidden = !answer.found || answer.results.length > 0;
  }

  async function find() {
    asked += 1;
    const number = asked;
    const address = form.dataset.search + "?q=" + encodeURIComponent(field.value);
    try {
      const answer = await (await fetch(address)).json();
      if (number === asked) {
        show(answer);
      }
    } catch (error) {
      // The form itself still works, or tells that the network does not.
    }
  }

  field.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE);
  });
  say.addEventListener("click", () => assistant.say(field.value));
})();
