import { expect, it } from 'vitest';
import { Html, html } from '../../examples/digits/html.ts';

it('escapes what is put in, and only that', () => {
  const name = `<b>"Tom" & 'Jerry'</b>`;
  expect(html`<p title="${name}">${1.5}</p>`.markup).toBe(
    '<p title="&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;">1.5</p>',
  );
});

it('takes HTML as it is, and joins lists', () => {
  expect(html`<ul>${['a', '<'].map(item => html`<li>${item}</li>`)}${new Html('<hr>')}</ul>`.markup).toBe(
    '<ul><li>a</li><li>&lt;</li><hr></ul>',
  );
  expect(html``.markup).toBe('');
});
