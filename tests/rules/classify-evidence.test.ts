/** The evidence by itself: what one value looks like, and what a name or a comment says. */
import { describe, expect, it } from 'vitest';
import { classify } from '../../src/rules/classify.ts';
import { nameSays } from '../../src/rules/classify-names.ts';
import { looksLike } from '../../src/rules/classify-shapes.ts';
import { creditCheck, luhnCheck, orgCheck } from '../../src/rules/identifiers.ts';

describe('the shapes', () => {
  const org = 'MA62K026';
  it.each([
    ['91512081MA62K0260E', 'credit-code', true],
    ['9131000063159284XQ', 'credit-code', true],
    ['91350100M000100Y43', 'credit-code', true],
    ['91350211M0000XUF46', 'credit-code', undefined],
    ['11010519491231002X', 'citizen-id', true],
    ['11010519491231002x', 'citizen-id', true],
    ['440524188001010014', 'citizen-id', true],
    ['440524188001010015', 'citizen-id', undefined],
    ['１１０１０５１９４９１２３１００２Ｘ', 'citizen-id', true],
    ['450103900307002', 'citizen-id', undefined],
    [`450103${org}${orgCheck(org)}`, 'taxpayer-id', true],
    ['6228480402564890018', 'bank-account', true],
    ['6228 4804 0256 4890 018', 'bank-account', true],
    ['6222021234567890', 'digits', undefined],
    ['13800138000', 'phone', undefined],
    ['+86 138-0013-8000', 'phone', undefined],
    ['0771-5551234', 'phone', undefined],
    ['045002012345', 'digits', undefined],
    ['25452000000000000123', 'invoice-no', undefined],
    ['zhang@example.com', 'email', undefined],
    ['桂A12345', 'plate', undefined],
    ['E12345678', 'passport', undefined],
    ['南宁桂海商贸有限公司', 'company-name', undefined],
    ['广西壮族自治区南宁市青秀区民族大道12号', 'address', undefined],
    ['韦小红', 'person-name', undefined],
    ['欧阳娜', 'person-name', undefined],
    ['阿依古丽·买买提', 'person-name', undefined],
    ['请联系13800138000', 'free-text', undefined],
  ])('%s is %s', (value, kind, proven) => {
    expect(looksLike(value)).toEqual(proven === undefined ? { kind } : { kind, proven });
  });

  it.each(['正常', '作废', '450103', 'A1', '12', '*电力*电费', '月结'])('%s is nothing', (value) => {
    expect(looksLike(value)).toBeUndefined();
  });

  it('check digits are evidence: a code in the wrong one is no proof, yet a code', () => {
    const first = '91350100M000100Y4';
    const wrong = creditCheck(first) === '0' ? '1' : '0';
    expect(looksLike(first + wrong)).toEqual({ kind: 'credit-code' });
    const body = '622848040256489001';
    expect(looksLike(body + luhnCheck(body))).toMatchObject({ proven: true });
  });
});

describe('the names', () => {
  it.each([
    ['credit_code', 'credit-code'],
    ['SHXYDM', 'credit-code'],
    ['taxpayer_id', 'taxpayer-id'],
    ['nsrsbh', 'taxpayer-id'],
    ['GFNSRSBH', 'taxpayer-id'],
    ['sellerTaxNo', 'taxpayer-id'],
    ['djxh', 'taxpayer-id'],
    ['sfzjhm', 'citizen-id'],
    ['FDDBR_SFZJHM', 'citizen-id'],
    ['nsrmc', 'company-name'],
    ['xfmc', 'company-name'],
    ['fddbrxm', 'person-name'],
    ['kpr', 'person-name'],
    ['legalPerson', 'person-name'],
    ['yhzh', 'bank-account'],
    ['bank_account', 'bank-account'],
    ['sjhm', 'phone'],
    ['lxdh', 'phone'],
    ['mobile', 'phone'],
    ['zcdz', 'address'],
    ['dz', 'address'],
    ['email', 'email'],
    ['cphm', 'plate'],
    ['fpdm', 'invoice-code'],
    ['fp_dm', 'invoice-code'],
    ['fphm', 'invoice-no'],
    ['invoiceNo', 'invoice-no'],
    ['bz', 'free-text'],
    ['spmc', 'free-text'],
    ['csrq', 'whole'],
    ['password', 'whole'],
    ['纳税人识别号', 'taxpayer-id'],
    ['法定代表人身份证号', 'citizen-id'],
    ['法定代表人', 'person-name'],
    ['银行账号', 'bank-account'],
    ['手机', 'phone'],
    ['注册地址', 'address'],
    ['电子邮箱', 'email'],
    ['车牌', 'plate'],
    ['发票号码', 'invoice-no'],
    ['纳税人名称', 'company-name'],
    ['货物名称', 'free-text'],
    ['备注', 'free-text'],
  ])('%s says %s', (name, kind) => {
    expect(nameSays(name).kind).toBe(kind);
  });

  it.each([
    ['je', 'amount'],
    ['SE', 'amount'],
    ['total_amount', 'amount'],
    ['kprq', 'moment'],
    ['issued_at', 'moment'],
    ['fpzt_dm', 'code'],
    ['status', 'code'],
    ['金额', 'amount'],
  ])('%s only gives leave: %s', (name, leave) => {
    const said = nameSays(name);
    expect(said.kind).toBeUndefined();
    expect(said.leaves).toContain(leave);
  });

  it('a comment speaks where the name does not, and the stricter of both holds', () => {
    expect(nameSays('c17', '法人代表手机号码').kind).toBe('phone');
    expect(nameSays('name', '身份证号').kind).toBe('citizen-id');
    expect(classify({ name: 'c17', type: 'VARCHAR2(40)', comment: '身份证号' }, undefined).kind).toBe('citizen-id');
  });
});
