/* Turns the assistant's light Markdown into nodes: paragraphs, lines, lists, bold, links.
 * Text never becomes markup: every node is made by hand, and links lead only where they may. */

const ALLOWED = /^(https?:\/\/|mailto:|tel:)/i;
const ITEM = /^\s*(?:[-*]|(\d+)[.)])\s+(.*)$/;
const INLINE =
  /\*\*(.+?)\*\*|\[([^\]]+)\]\(([^()\s]+)\)|<((?:https?:\/\/|mailto:|tel:)[^\s<>]+)>|((?:https?:\/\/|mailto:|tel:)[^\s<>"«»]+)/gi;
const TRAILING = /[.,;:!?)\]*…’'”]+$/;

/** Returns a link; one to another page opens a window, so that the conversation stays. */
function link(address, label, newWindow) {
  const away = newWindow && /^https?:/i.test(address);
  return el(
    "a",
    { href: address, target: away && "_blank", rel: away && "noopener noreferrer" },
    typeset(label),
    // Joined: the icon never stands on a line of its own.
    away && "\u2060",
    away && icon("out"),
    away && spoken(" " + newWindow)
  );
}

/** Returns what turns a text into a fragment with its blocks. */
function markdownReader(newWindow) {
  function inline(parent, text) {
    const pattern = new RegExp(INLINE.source, INLINE.flags);
    let at = 0;
    let match = pattern.exec(text);
    while (match) {
      parent.append(typeset(text.slice(at, match.index)));
      at = match.index + match[0].length;
      if (match[1]) {
        inline(parent.appendChild(el("strong")), match[1]);
      } else if (match[2]) {
        parent.append(
          ALLOWED.test(match[3]) ? link(match[3], match[2], newWindow) : typeset(match[2])
        );
      } else {
        const whole = match[4] || match[5];
        const address = match[4] || whole.replace(TRAILING, "");
        parent.append(link(address, address.replace(/^(mailto:|tel:)/i, ""), newWindow));
        parent.append(typeset(whole.slice(address.length)));
      }
      match = pattern.exec(text);
    }
    parent.append(typeset(text.slice(at)));
    return parent;
  }

  function paragraph(lines) {
    const node = el("p");
    lines.forEach(function (line, index) {
      if (index) {
        node.append(el("br"));
      }
      inline(node, line);
    });
    return node;
  }

  return function markdown(text) {
    const fragment = document.createDocumentFragment();
    let lines = [];
    let items = [];
    let start = null;

    function close() {
      if (lines.length) {
        fragment.append(paragraph(lines));
      }
      if (items.length) {
        const list = el(start === null ? "ul" : "ol", { start: start > 1 && start });
        items.forEach((item) => list.append(inline(el("li"), item)));
        fragment.append(list);
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
  };
}

/** Returns a text as it stands in the file that people download. */
function plain(text) {
  return text.replace(/\*\*(.+?)\*\*/g, "$1").replace(/\[([^\]]+)\]\(([^()\s]+)\)/g, "$1 ($2)");
}
