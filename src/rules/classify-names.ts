/** What a column's name or comment says that it holds: Chinese, English, and the pinyin initials of tax tables. */
import { strictest } from './dictionary-kinds.ts';

/** What a name allows that is no kind to be masked: its values must bear it out. */
export type Leave = 'amount' | 'moment' | 'code';

export interface NameSays {
  /** The strictest kind that it speaks of. */
  readonly kind?: string;
  readonly leaves: readonly Leave[];
}

type Rule = readonly [pattern: RegExp, says: string];

/** Chinese words, in comments and in names. */
const CHINESE: readonly Rule[] = [
  [/纳税人识别号|识别号|税号|登记序号|扣缴义务人(代码|编码|号)/, 'taxpayer-id'],
  [/信用代码|组织机构代码/, 'credit-code'],
  [/身份证|身份号码|证件号|证照号|有效证件/, 'citizen-id'],
  [/护照/, 'passport'],
  [/银行[账帐][户号]|[账帐]号|[账帐]户|卡号/, 'bank-account'],
  [/手机|电话|联系方式|传真|座机|移动号码/, 'phone'],
  [/地址|住址|住所|经营地|坐落|通讯处/, 'address'],
  [/邮箱|电子邮件|邮件地址/, 'email'],
  [/车牌|号牌|车辆号/, 'plate'],
  [/发票代码/, 'invoice-code'],
  [/发票号|票号|数电票号|电子发票号/, 'invoice-no'],
  [
    /法人|法定代表|姓名|联系人|经办人|负责人|开票人|收款人|付款人|复核人|办税人|申报人|代理人|代表人|录入人|修改人|操作员|税务人员|管理员|投资人|股东|户主|司机/,
    'person-name',
  ],
  [/名称|企业|单位名|户名|公司|商户|厂商/, 'company-name'],
  [/备注|说明|摘要|描述|内容|附言|原因|意见|批注|货物|商品|品名|品目|规格|服务项目/, 'free-text'],
  [/出生|生日|密码|口令|密钥|指纹|人脸|签名|经度|纬度|病|宗教|民族|婚姻|未成年/, 'whole'],
  [/金额|税额|价款|价税|合计|余额|单价|数量|税率|收入|成本|利润|应纳|实缴|滞纳金|罚款/, 'amount'],
  [/日期|时间|年月|年度|月份|所属期|有效期/, 'moment'],
  [/状态|标志|标识位|类型|类别|种类|等级|行政区划|地区|币种|方式|性质/, 'code'],
];

/** English words and pinyin initials; a name stands here as `_its_parts_`, in small letters. */
const LATIN: readonly Rule[] = [
  [
    /_(taxpayer_?(id|no|code|num|number)|tax_?(id|no|num|number|code|payer)|tin|vat_?(id|no|number)|djxh)_/,
    'taxpayer-id',
  ],
  [/_(seller|buyer|payer|payee|vendor|supplier|customer|purchaser|issuer)_?(code|id|no|num|tax_?no)_/, 'taxpayer-id'],
  [/[a-z]*(nsrsbh|sbh|kjywrdm|swdjh)_/, 'taxpayer-id'],
  [/_(credit_?code|social_?credit_?code|uscc|usci|org_?code)_|_[a-z]*(shxydm|xydm|zzjgdm)_/, 'credit-code'],
  [
    /_(citizen|identity|national)_?(id|no|num|number|card)_|_(id_?card(_?no)?|id_?(no|num|number)|ssn|cert_?(no|num|id))_/,
    'citizen-id',
  ],
  [/_[a-z]*(sfzjhm|sfzhm|sfzh|sfzjh|sfz|zjhm|zjh|zzhm)_/, 'citizen-id'],
  [/_passport(_?(no|num|number))?_|_(hzhm|hzh)_/, 'passport'],
  [
    /_(bank_?(account|acct|card|no)|account_?(no|num|number|id)?|acct(_?(no|num))?|card_?(no|num|number)|iban)_/,
    'bank-account',
  ],
  [/_[a-z]{1,8}(zh|zhhm|yhkh|khh?zh)_|_(yhzh|yhkh|khzh|zh|kh)_/, 'bank-account'],
  [
    /_(phone|mobile|tel|telephone|cell|cellphone|fax|msisdn|contact_?(no|num))(_?(no|num|number))?_|_[a-z]*(sjhm|sjh|dhhm|dh|czhm)_/,
    'phone',
  ],
  [/_(addr|address|street|domicile|residence|location)(_?\d)?_|_[a-z]*dz_/, 'address'],
  [/_(e_?mail|mail|mailbox)(_?addr(ess)?)?_|_[a-z]*(dzyx|yjdz|yx)_/, 'email'],
  [/_(plate|licen[cs]e_?(plate|no)|vehicle_?no)(_?(no|num|number))?_|_(cph|cphm|hphm)_/, 'plate'],
  [/_(invoice|inv)_?code_|_[a-z]{0,6}fp_?dm_/, 'invoice-code'],
  [/_(invoice|inv)_?(no|num|number)_|_[a-z]{0,6}fp_?hm_|_(sdphm|sdfphm|qdfphm)_/, 'invoice-no'],
  [
    /_(legal_?(person|rep|representative)|person|contact(_?(person|name))?|full_?name|real_?name|user_?name|(first|last|given|family)_?name|surname|drawer|reviewer|operator|owner|manager|agent|clerk|cashier|shareholder|investor)_/,
    'person-name',
  ],
  [
    /_[a-z]*(xm|fddbr|fddbrxm|fr)_|_[a-z]{0,4}(lxr|kpr|skr|fkr|fhr|bsr|bsy|jbr|fzr|czy|czr|lrr|xgr|dlr|sqr|sbr|tzf|swry)(_?mc)?_/,
    'person-name',
  ],
  [/_([a-z]+_)*(name|company|corp|firm|enterprise|employer|merchant)_|_[a-z]*(mc|hm|dwmc|gsmc)_/, 'company-name'],
  [
    /_(remark|remarks|note|notes|memo|comment|comments|desc|description|content|reason|message|text|goods|product|item|commodity|spec|title|subject)(_?name)?_/,
    'free-text',
  ],
  [/_(bz|beizhu|sm|zy|nr|fy|yy|ggxh|[a-z]*(spmc|hwmc|xmmc|fwmc|bzxx))_/, 'free-text'],
  [
    /_(birth|birthday|birth_?date|date_?of_?birth|dob|csrq|csny|pass(word|wd|phrase)?|pwd|secret|token|salt|hash|signature|fingerprint|lng|lat|longitude|latitude)_/,
    'whole',
  ],
  [
    /_([a-z]+_)*(amount|amt|price|tax|fee|cost|total|sum|balance|rate|qty|quantity|money|discount|revenue|income)_|_[a-z]*(je|se|sl|dj|hj|slv|jshj|ye)_/,
    'amount',
  ],
  [/_([a-z]+_)*(date|time|datetime|timestamp|year|month|day|period|at|on)_|_[a-z]*(rq|sj|nd|ny|yf|rqq|rqz)_/, 'moment'],
  [
    /_([a-z]+_)*(status|state|type|kind|flag|level|grade|category|class|region|area|currency|mode|lang|language)_|_[a-z]*(dm|zt|lx|bj|bs|lb|fs|xz|zl|dj)_/,
    'code',
  ],
];

/** What is sold, or what a table or file is called, is no firm. */
const NO_FIRM =
  /货物|商品|品名|品目|劳务|服务|项目|_(goods|product|item|commodity|file|table|column)(_?name)?_|(spmc|hwmc|xmmc|fwmc)_/;
const LEAVES: readonly string[] = ['amount', 'moment', 'code'];

/** Judges a column's name and, where there is one, its comment together: the strictest kind of either. */
export function nameSays(name: string, comment = ''): NameSays {
  const latin = parts(name);
  const told = [...said(CHINESE, `${name} ${comment}`), ...said(LATIN, latin)];
  const noFirm = NO_FIRM.test(`${name} ${comment}`) || NO_FIRM.test(latin);
  const words = noFirm ? told.filter((one) => one !== 'company-name') : told;
  const kind = strictest(words.filter((one) => !LEAVES.includes(one)));
  const leaves = [...new Set(words)].filter((one): one is Leave => LEAVES.includes(one));
  return kind === undefined ? { leaves } : { kind, leaves };
}

function said(rules: readonly Rule[], text: string): string[] {
  return rules.flatMap(([pattern, says]) => (pattern.test(text) ? [says] : []));
}

/** `sellerTaxNo`, `SELLER_TAX_NO` and `seller-tax-no` are all `_seller_tax_no_`. */
function parts(name: string): string {
  const apart = /[a-z]/.test(name) ? name.replace(/([a-z0-9])([A-Z])/g, '$1_$2') : name;
  const words = apart
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return `_${words.join('_')}_`;
}
