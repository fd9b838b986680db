// What is wrong with the page in this window; looks.py says which rules these are. Each function returns a list of sentences.
({
  accessibility() {
    const wrong = [];
    const shown = element => element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
    const what = element => element.tagName.toLowerCase() + (element.id ? '#' + element.id : '') + ' "' +
      (element.textContent || element.name || '').trim().replace(/\s+/g, ' ').slice(0, 60) + '"';
    const referred = element => (element.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean)
      .map(id => document.getElementById(id)?.textContent || '').join(' ');
    const pictured = element => [...element.querySelectorAll('img[alt], svg title')].map(each => each.alt || each.textContent).join(' ');
    const name = element =>
      [element.getAttribute('aria-label'), referred(element), element.textContent, pictured(element), element.title].join(' ').trim();

    const tongue = document.documentElement.lang;
    if (!['vi', 'en', 'fr'].includes(tongue)) wrong.push(`html lang is "${tongue}"`);
    if (!document.title.trim()) wrong.push('no title');
    for (const image of document.images) if (!image.hasAttribute('alt')) wrong.push('picture without alt: ' + image.src);
    for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
      const hidden = field.closest('details:not([open])') === null && !shown(field);
      const named = field.labels?.length || field.getAttribute('aria-label') || referred(field).trim();
      if (!hidden && !named) wrong.push('field without label: ' + what(field));
    }
    for (const element of document.querySelectorAll('a[href], button, summary')) {
      if (!name(element)) wrong.push('no words: ' + element.outerHTML.slice(0, 120));
    }

    let level = 0;
    const headings = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(shown);
    if (headings.filter(each => each.tagName === 'H1').length !== 1) wrong.push('not one h1');
    for (const heading of headings) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) wrong.push(`heading h${next} after h${level}: ` + what(heading));
      level = next;
    }

    const ids = [...document.querySelectorAll('[id]')].map(each => each.id);
    for (const id of new Set(ids.filter((each, place) => ids.indexOf(each) !== place))) wrong.push('id twice: ' + id);

    for (const element of document.querySelectorAll('button, input:not([type=hidden]), select, summary, .button')) {
      const box = element.getBoundingClientRect();
      if (shown(element) && box.height > 0 && (box.height < 24 || box.width < 24)) {
        wrong.push(`target of ${Math.round(box.width)} x ${Math.round(box.height)}: ` + what(element));
      }
    }

    // The catalogue of errors shows sentences with their gaps; everywhere else a gap was forgotten.
    const gap = document.body.innerText.match(/.{0,40}\{[a-z_]+\}/);
    if (gap && location.pathname !== '/handbook/errors') wrong.push('unfilled words: ' + gap[0]);
    return wrong;
  },

  contrast() {
    const wrong = [];
    const parts = colour => {
      const [r, g, b, a] = colour.match(/[\d.]+(?:e-?\d+)?/g).map(Number);
      return colour.startsWith('color(srgb') ? [r * 255, g * 255, b * 255, a ?? 1] : [r, g, b, a ?? 1];
    };
    const over = (top, under) => [0, 1, 2].map(place => top[place] * top[3] + under[place] * (1 - top[3])).concat(1);
    const linear = value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    const ground = element => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) {
        const style = getComputedStyle(at);
        if (style.backgroundImage !== 'none') return null;  // a gradient or a picture has no one colour
        const colour = parts(style.backgroundColor);
        if (colour[3] > 0) layers.push(colour);
        if (colour[3] === 1) break;
      }
      return layers.reverse().reduce((under, top) => over(top, under), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
    };
    for (const element of document.querySelectorAll('body *')) {
      const words = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.textContent.trim()).join('');
      if (!words || !element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue;
      if (element.closest('svg, select, script, style, [disabled]')) continue;
      const box = element.getBoundingClientRect(), style = getComputedStyle(element), under = ground(element);
      if (under === null || box.width < 2 || box.height < 2 || style.clipPath !== 'none') continue;
      let seen = 1;
      for (let at = element; at; at = at.parentElement) seen *= Number(getComputedStyle(at).opacity);
      const [r, g, b, a] = parts(style.color);
      const [bright, dim] = [light(over([r, g, b, a * seen], under)), light(under)].sort((one, other) => other - one);
      const ratio = (bright + 0.05) / (dim + 0.05), size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) {
        wrong.push(`contrast ${ratio.toFixed(2)} of "${words.slice(0, 50)}" (${style.color} on ${under.map(Math.round)})`);
      }
    }
    return wrong;
  },

  tooWide() {
    const room = document.documentElement.clientWidth, page = document.documentElement.scrollWidth;
    if (page <= room) return [];
    const cut = style => ['auto', 'scroll', 'hidden', 'clip'].includes(style.overflowX);
    const held = element => {
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) if (cut(getComputedStyle(at))) return true;
      return false;
    };
    const wide = [...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > room + 1 && !held(each));
    return [`too wide: ${page} in a window of ${room}: ` + wide.slice(-3).map(each => each.outerHTML.slice(0, 90)).join(' | ')];
  },
})
