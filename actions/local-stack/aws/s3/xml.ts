import { AwsError } from '../aws-error.ts';

/** An element to write: a text, a list of repeated elements, or children by name. Undefined is left out. */
export type XmlValue = string | number | boolean | undefined | XmlValue[] | { [name: string]: XmlValue };

/** An element that was read. */
export interface XmlElement {
  name: string;
  children: XmlElement[];
  text: string;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document of the S3 API. */
export function writeXml(root: string, value: XmlValue, namespace: string | undefined = NAMESPACE): string {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${content(value)}</${root}>`;
}

/**
 * Reads the small XML documents of the S3 API: elements, text, CDATA, the predefined and numeric entities.
 * Document types (and with them entity expansion) are refused.
 * @throws AwsError MalformedXML
 */
export function readXml(text: string): XmlElement {
  const document: XmlElement = { name: '', children: [], text: '' };
  const open: XmlElement[] = [document];
  const token =
    /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)([^<>]*?)(\/?)>|([^<]+)|</g;
  for (const [whole, cdata, slash, name, , selfClosing, characters] of text
    .replace(/^\uFEFF/, '')
    .matchAll(token)) {
    const parent = open.at(-1)!;
    if (cdata !== undefined) parent.text += cdata;
    else if (characters !== undefined) parent.text += unescapeText(characters);
    else if (name === undefined) {
      // Comments and processing instructions are skipped; a lone "<" is what no other form accepts (<!DOCTYPE).
      if (whole === '<') throw malformed();
    } else if (slash === '/') {
      if (open.length < 2 || open.pop()!.name !== localName(name)) throw malformed();
    } else {
      const element: XmlElement = { name: localName(name), children: [], text: '' };
      parent.children.push(element);
      if (selfClosing !== '/') open.push(element);
      if (open.length > 20) throw malformed();
    }
  }
  const root = document.children[0];
  if (
    open.length !== 1 ||
    document.children.length !== 1 ||
    root === undefined ||
    document.text.trim() !== ''
  )
    throw malformed();
  return root;
}

/** The text of the first child of this name. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}

export function malformed(): AwsError {
  return new AwsError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

function content(value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map(content).join('');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, item]) =>
        item === undefined
          ? ''
          : Array.isArray(item)
            ? item.map((one) => `<${name}>${content(one)}</${name}>`).join('')
            : `<${name}>${content(item)}</${name}>`,
      )
      .join('');
  }
  return escapeText(String(value));
}

function escapeText(text: string): string {
  return text.replace(/[&<>"\r\n\t]/g, (character) =>
    character === '&'
      ? '&amp;'
      : character === '<'
        ? '&lt;'
        : character === '>'
          ? '&gt;'
          : `&#${character.charCodeAt(0)};`,
  );
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeText(text: string): string {
  return text.replace(/&([^;&]{0,10});?/g, (whole, name: string) => {
    if (!whole.endsWith(';')) throw malformed();
    const code = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(name);
    if (code !== null) {
      const point = code[1] === undefined ? Number(code[2]) : Number.parseInt(code[1], 16);
      if (point > 0x10ffff) throw malformed();
      return String.fromCodePoint(point);
    }
    const value = ENTITIES[name];
    if (value === undefined) throw malformed();
    return value;
  });
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
