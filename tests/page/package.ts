/** Reads an XLSX with other people's programs: python's zipfile checks every member, the cells are read out of the sheet's XML. */
import { execFileSync } from 'node:child_process';

const PROGRAM = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as package:
    broken = package.testzip()
    if broken: sys.exit(broken)
    for name in package.namelist():
        import xml.dom.minidom
        xml.dom.minidom.parseString(package.read(name))
    print(json.dumps({name: package.read(name).decode('utf-8') for name in package.namelist()}))
`;

/** Name -> text of each member; throws where a checksum or the XML of one is wrong. */
export function packageOf(path: string): Record<string, string> {
  const read = execFileSync('python3', ['-c', PROGRAM, path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(read) as Record<string, string>;
}

/** The cells of a sheet by row, each with the type a spreadsheet gives it. */
export function cellsOf(sheet: string): string[][] {
  return [...sheet.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<c [^>]*?(t="inlineStr")?>(.*?)<\/c>/gs)].map(([, text, inner = '']) =>
      text === undefined ? `number:${plain(inner)}` : `text:${plain(inner)}`,
    ),
  );
}

function plain(xml: string): string {
  const text = xml.replace(/<[^>]*>/g, '');
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
