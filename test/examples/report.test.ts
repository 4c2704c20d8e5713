import { decode } from 'fast-png';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { activationPicture, contactSheet, greyPicture, signedPicture } from '../../examples/digits/pictures.ts';
import { type ReportContent, renderReport } from '../../examples/digits/report.ts';

const picture = { uri: greyPicture(new Uint8Array(4), 2, 2), width: 84, height: 84 };

const CONTENT: ReportContent = {
  title: 'A <title> & more',
  summary: 'Read from /data/"digits" & <others>',
  notice: undefined,
  highlights: [{ label: 'Accuracy', value: '99 %', unit: '' }],
  curve: [
    { epoch: 0.5, loss: 1.5, accuracy: 0.5 },
    { epoch: 1, loss: 0.3, accuracy: 0.9 },
    { epoch: 2, loss: 0, accuracy: 1 },
  ],
  epochs: [
    { epoch: 1, loss: 0.4, accuracy: 0.88 },
    { epoch: 2, loss: 0.2, accuracy: 0.95 },
  ],
  linearAccuracy: 0.8,
  confusion: [
    [5, 0],
    [7, 3],
  ],
  filters: [
    { filter: picture, response: picture },
    { filter: picture, response: picture },
  ],
  sample: picture,
  mistakes: [{ picture, drawn: 4, taken: 9, probability: 0.876 }],
  mistakeCount: 1,
  digits: picture,
  settings: [['Seed', '1']],
  figures: [['Test accuracy', '99 %']],
};

const page = (content: Partial<ReportContent> = {}) => renderReport({ ...CONTENT, ...content });
const documentOf = (markup: string) => parseHTML(markup).document;

describe('renderReport', () => {
  it('needs nothing beside the page', () => {
    const markup = page();
    expect(markup).not.toMatch(/<script|<link|<iframe|<object|@import/i);
    expect(markup).not.toMatch(/\son[a-z]+=/i);
    const addresses = markup.match(/\bhttps?:[^"'\s]*/g) ?? [];
    for (const address of addresses) expect(address).toMatch(/^http:\/\/www\.w3\.org\//);
    const references = markup.match(/(src|href|srcset|data|action)="[^"]*"|url\([^)]*\)/g) ?? [];
    expect(references.length).toBeGreaterThan(5);
    for (const reference of references) expect(reference).toMatch(/^src="data:image\/png;base64,|^url\("?#/);
  });

  it('has both curves, the confusion matrix, the filters, the mistakes and the tables', () => {
    const document = documentOf(page());
    expect(document.querySelectorAll('svg').length).toBe(3);
    expect(document.querySelectorAll('figcaption').length).toBeGreaterThan(5);
    expect(document.querySelectorAll('img[alt^="filter "]').length).toBe(2);
    expect(document.querySelectorAll('img[alt^="the response"]').length).toBe(2);
    expect(document.querySelectorAll('img[alt="a 4 that was taken for a 9"]').length).toBe(1);
    expect(document.querySelectorAll('table').length).toBe(2);
    expect(document.toString()).toContain('88 % sure');
    const lines = [...document.querySelectorAll('svg g[aria-label="line"] path')];
    expect(lines.length).toBe(4);
    for (const line of lines) expect(line.getAttribute('d')).toMatch(/^M[-\d.,LMC]+$/);
    const numbers = [...document.querySelectorAll('.confusion g[aria-label="text"] text')].map(
      text => text.textContent,
    );
    expect(numbers.sort()).toEqual(['3', '5', '7']);
  });

  it('escapes what it is given', () => {
    const document = documentOf(page());
    expect(document.querySelector('h1')?.textContent).toBe(CONTENT.title);
    expect(document.querySelector('header p')?.textContent).toBe(CONTENT.summary);
  });

  it('says that it was interrupted, only then', () => {
    expect(documentOf(page()).querySelector('.notice')).toBe(null);
    const notice = 'Interrupted after step 5 of 10';
    expect(documentOf(page({ notice })).querySelector('.notice')?.textContent).toBe(notice);
  });

  it('can be made of a run that was interrupted at once', () => {
    const markup = page({ curve: [], epochs: [], linearAccuracy: undefined, mistakes: [], mistakeCount: 0 });
    expect(documentOf(markup).querySelectorAll('svg').length).toBe(3);
    expect(markup).not.toContain('NaN');
    expect(markup).not.toContain('Infinity');
  });

  it('counts the mistakes that it leaves out', () => {
    expect(page()).toContain('All mistakes');
    expect(page({ mistakeCount: 57 })).toContain('The 1 surest of 57 mistakes');
  });
});

describe('pictures', () => {
  const pixels = (uri: string) => {
    const [head, body = ''] = uri.split(',');
    expect(head).toBe('data:image/png;base64');
    const { data, width, height, channels } = decode(Buffer.from(body, 'base64'));
    return { data: [...data], width, height, channels };
  };

  it('are PNG files that hold the given greys', () => {
    expect(pixels(greyPicture(Uint8Array.of(0, 50, 100, 150, 200, 255), 3, 2))).toEqual({
      data: [0, 50, 100, 150, 200, 255],
      width: 3,
      height: 2,
      channels: 1,
    });
  });

  it('show activations from black to the largest, white', () => {
    expect(pixels(activationPicture([-1, 0, 2, 4], 2, 2)).data).toEqual([0, 0, 127, 255]);
    expect(pixels(activationPicture([0, 0, 0, 0], 2, 2)).data).toEqual([0, 0, 0, 0]);
  });

  it('show signed numbers from blue over white to red', () => {
    const { data, channels } = pixels(signedPicture([-2, 0, 2, 1], 2, 2, 2));
    expect(channels).toBe(3);
    const [blue, white, red, pink] = [0, 3, 6, 9].map(from => data.slice(from, from + 3)) as number[][];
    expect(blue).toEqual([33, 102, 172]);
    expect(white).toEqual([247, 247, 247]);
    expect(red).toEqual([178, 24, 43]);
    expect(pink).toEqual([213, 136, 145]);
  });

  it('stand side by side on a contact sheet', () => {
    const sheet = contactSheet([Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5, 6)], 2, 1, 2, 9);
    expect(sheet).toMatchObject({ width: 5, height: 3 });
    expect(pixels(sheet.uri).data).toEqual([1, 2, 9, 3, 4, 9, 9, 9, 9, 9, 5, 6, 9, 9, 9]);
  });
});
