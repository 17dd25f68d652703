// Correspondance ADELI -> RPPS: ISO-8859-1, CRLF, an empty line at the end, as ANS's own test files.
import { adeli, rpps } from './identifiers.js';
import type { LineCount } from './ps-files.js';
import type { TextContent } from './text-lines.js';
import type { World } from './world.js';

export function adeliFileContent(world: World, counts: LineCount): TextContent {
  return {
    header: 'N° ADELI;N° RPPS',
    lineEnd: '\r\n',
    encoding: 'latin1',
    *rows() {
      const { country, planted } = world;
      const oneIn = country.scale === 'demo' ? 200 : 300;
      for (let person = 0; person < country.personCount; person += oneIn) {
        counts.lines += 1;
        yield `${adeli(person)};${rpps(person)}`;
      }
      for (const pair of planted.adelis) {
        counts.lines += 1;
        yield `${pair.adeli};${pair.rpps}`;
      }
      yield '';
    },
  };
}
