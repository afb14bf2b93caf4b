/** Places in texts: values come in as data only, whatever they hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stop } from '../../src/core/stop.ts';
import { withLine } from '../../src/rules/file-line.ts';
import { fill, fillArgv, fillPath, fillPattern, patternOf, placesOf } from '../../src/rules/substitution.ts';

const given = (value: string | string[]) => (name: string) => (name === 'inputs.x' ? value : undefined);

describe('argv', () => {
  it('one word stays one word', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[\0\r\n]/.test(text) && !text.startsWith('-')),
        (value) => {
          expect(fillArgv(['run', '${inputs.x}', 'a${inputs.x}b'], given(value))).toEqual(['run', value, `a${value}b`]);
        },
      ),
    );
  });

  it('a list is several words where it stands alone, else joined', () => {
    expect(fillArgv(['run', '${inputs.x}', '-${inputs.x}'], given(['a', 'b']))).toEqual(['run', 'a', 'b', '-a,b']);
  });

  it('a value never becomes an option, unless after --', () => {
    expect(() => fillArgv(['rm', '${inputs.x}'], given('-rf'))).toThrow(Stop);
    expect(() => fillArgv(['rm', '${inputs.x}'], given(['a', '--no-preserve-root']))).toThrow(Stop);
    expect(() => fillArgv(['rm', '${inputs.x}/a'], given('-rf'))).toThrow(Stop);
    expect(fillArgv(['rm', '--', '${inputs.x}'], given('-rf'))).toEqual(['rm', '--', '-rf']);
  });

  it('a value never chooses the program, breaks a line, or is left out', () => {
    expect(() => fillArgv(['${inputs.x}'], given('sh'))).toThrow(Stop);
    expect(() => fill('a ${inputs.x}', given('b\nc'))).toThrow(Stop);
    expect(() => fill('${inputs.y}', given('b'))).toThrow(Stop);
  });
});

describe('paths', () => {
  it.each(['../shadow', 'a/b', '..'])('%s cannot leave its folder', (value) => {
    expect(() => fillPath('/etc/${inputs.x}', given(value))).toThrow(Stop);
  });
  it.each(['/etc/../root', 'etc/passwd', '/a/./b', '/a\nb'])('%j is no plain absolute path', (value) => {
    expect(() => fillPath('${inputs.x}', given(value))).toThrow(Stop);
  });
  it('a name or a whole path is filled in', () => {
    expect(fillPath('/etc/${inputs.x}.conf', given('chrony'))).toBe('/etc/chrony.conf');
    expect(fillPath('${inputs.x}', given('/etc/hosts'))).toBe('/etc/hosts');
  });
});

it('in a pattern a value means itself', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(new RegExp(`^${fillPattern('${inputs.x}', given(value))}$`, 'u').test(value)).toBe(true);
    }),
  );
  expect(new RegExp(fillPattern('^${inputs.x}$', given('a.c')), 'u').test('abc')).toBe(false);
});

it('in brackets too, and nonsense is refused instead of thrown', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (value) => {
      const pattern = fillPattern('[${inputs.x}]', given(value));
      expect([...value].every((character) => patternOf(pattern, 'u').test(character))).toBe(true);
    }),
  );
  expect(() => patternOf(fillPattern('a{5,${inputs.x}}', given('3')), 'u')).toThrow(Stop);
});

it('$${ is a plain ${, and an open place is seen', () => {
  expect(placesOf('$${HOME} ${inputs.x}')).toEqual(['inputs.x']);
  expect(fill('$${HOME} ${inputs.x}', given('v'))).toBe('${HOME} v');
  expect(placesOf('${inputs.x')).toEqual(['']);
});

describe('one line of a file', () => {
  it.each([
    ['a 1\nb 2\n', 'b 3', '^b\\s', 'a 1\nb 3\n'],
    ['a 1\n', 'b 3', '^b\\s', 'a 1\nb 3\n'],
    ['a 1', 'b 3', undefined, 'a 1\nb 3\n'],
    ['', 'b 3', undefined, 'b 3\n'],
    ['b 3\na\n', 'b 3', undefined, 'b 3\na\n'],
    ['a 1\r\nb 2\r\n', 'b 3', '^b', 'a 1\r\nb 3\r\n'],
  ])('%j with %j', (text, line, replaces, wanted) => {
    expect(withLine(text, line, replaces, '/f')).toBe(wanted);
  });
  it('done twice is done once', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-c ]{0,4}$/)), (lines) => {
        const text = lines.join('\n');
        const once = withLine(text, 'key 1', '^key', '/f');
        expect(withLine(once, 'key 1', '^key', '/f')).toBe(once);
      }),
    );
  });
  it('two lines that match are refused', () => {
    expect(() => withLine('b 1\nb 2\n', 'b 3', '^b', '/f')).toThrow(Stop);
  });
});
