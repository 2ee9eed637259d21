/* Turns the assistant's light Markdown into DOM nodes: paragraphs, lines, lists, bold, links.
 * Text never becomes markup: every node is made by hand, and links lead only where they may. */
(function () {
  "use strict";

  const ALLOWED = /^(https?:\/\/|mailto:|tel:)/i;
  const ITEM = /^\s*(?:[-*]|(\d+)[.)])\s+(.*)$/;
  const INLINE =
    /\*\*(.+?)\*\*|\[([^\]]+)\]\(([^()\s]+)\)|<((?:https?:\/\/|mailto:|tel:)[^\s<>]+)>|((?:https?:\/\/|mailto:|tel:)[^\s<>"«»]+)/gi;
  const TRAILING = /[.,;:!?)\]*…’'”]+$/;

  /** Keeps French punctuation on the line of its word. */
  function typeset(text) {
    return text.replace(/ ([;:!?»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");
  }

  function element(name, className) {
    const node = document.createElement(name);
    if (className) {
      node.className = className;
    }
    return node;
  }

  function link(address, label) {
    const node = element("a");
    node.href = address;
    if (/^https?:/i.test(address)) {
      // The conversation stays where it is.
      node.target = "_blank";
      node.rel = "noopener noreferrer";
      node.title = label + " (nouvelle fenêtre)";
    }
    return node;
  }

  function bareLabel(address) {
    return address.replace(/^(mailto:|tel:)/i, "");
  }

  function inline(parent, text) {
    const pattern = new RegExp(INLINE.source, INLINE.flags);
    let at = 0;
    let match = pattern.exec(text);
    while (match) {
      parent.append(typeset(text.slice(at, match.index)));
      at = match.index + match[0].length;
      if (match[1]) {
        inline(parent.appendChild(element("strong")), match[1]);
      } else if (match[2] && ALLOWED.test(match[3])) {
        const node = link(match[3], match[2]);
        parent.appendChild(node).append(typeset(match[2]));
      } else if (match[2]) {
        parent.append(typeset(match[2]));
      } else {
        const whole = match[4] || match[5];
        const address = match[4] || whole.replace(TRAILING, "");
        parent.appendChild(link(address, bareLabel(address))).append(bareLabel(address));
        parent.append(typeset(whole.slice(address.length)));
      }
      match = pattern.exec(text);
    }
    parent.append(typeset(text.slice(at)));
  }

  function paragraph(lines) {
    const node = element("p");
    lines.forEach(function (line, index) {
      if (index) {
        node.appendChild(element("br"));
      }
      inline(node, line);
    });
    return node;
  }

  function list(items, start) {
    const node = element(start === null ? "ul" : "ol");
    if (start !== null && start !== 1) {
      node.start = start;
    }
    items.forEach(function (item) {
      inline(node.appendChild(element("li")), item);
    });
    return node;
  }

  /** Returns a fragment with the blocks of a text. */
  function markdown(text) {
    const fragment = document.createDocumentFragment();
    let lines = [];
    let items = [];
    let start = null;

    function close() {
      if (lines.length) {
        fragment.appendChild(paragraph(lines));
      }
      if (items.length) {
        fragment.appendChild(list(items, start));
      }
      lines = [];
      items = [];
    }

    String(text)
      .split(/\r?\n/)
      .forEach(function (line) {
        const item = ITEM.exec(line);
        if (item) {
          const number = item[1] ? Number(item[1]) : null;
          if (lines.length || (items.length && (number === null) !== (start === null))) {
            close();
          }
          if (!items.length) {
            start = number;
          }
          items.push(item[2]);
        } else if (!line.trim()) {
          close();
        } else if (items.length && /^\s/.test(line)) {
          items[items.length - 1] += " " + line.trim();
        } else {
          if (items.length) {
            close();
          }
          lines.push(line.trim());
        }
      });
    close();
    return fragment;
  }

  window.Guichet = Object.assign(window.Guichet || {}, { markdown, typeset, element });
})();
