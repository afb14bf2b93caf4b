/** What one value looks like: a kind by its shape, and whether a check digit bears it out. Pure; it keeps nothing of the value. */
import { isCard, isCitizenId, isCreditCode, orgCheck } from './identifiers.ts';
import { COMPOUND } from './masking.ts';
import { DOTS, scanText, wideToNarrow } from './masking-scan.ts';

/** `digits` are a string of digits that could be an account, a code or a number of any kind. */
export interface Looks {
  readonly kind: string;
  /** True where a check digit proves it. */
  readonly proven?: boolean;
}

const PROVINCE = '(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])';
const CITIZEN = new RegExp(`^${PROVINCE}\\d{4}(18|19|20)\\d\\d(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])\\d{3}[\\dX]$`);
const CITIZEN_OLD = new RegExp(`^${PROVINCE}\\d{4}\\d\\d(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])\\d{3}$`);
const CREDIT = /^[0-9A-HJ-NP-RTUW-Y]{2}\d{6}[0-9A-HJ-NP-RTUW-Y]{10}$/;
const TAXPAYER_OLD = /^\d{6}[0-9A-Z]{8}[0-9X]$/;
const MOBILE = /^(\+?86|0086)?1[3-9]\d{9}$/;
/** With a sign between area and number: without one it may as well be an invoice code. */
const LANDLINE = /^([(（]0\d{2,3}[)）]|0\d{2,3}[- ])[- ]?\d{7,8}([-转]\d{1,6})?$/;
const INVOICE_DIGITAL = new RegExp(`^2\\d${PROVINCE}\\d{16}$`);
const EMAIL = /^[\p{L}\p{N}][\p{L}\p{N}._%+-]*@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u;
const PLATE =
  /^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][·\s]?[A-Z0-9]{4,6}[学警港澳挂]?$/;
const PASSPORT = /^[A-Z]{1,2}\d{7,8}$/;
const FIRM =
  /.{2,}(公司|合伙企业([（(][^（）()]{1,20}[）)])?|厂|店|商行|经营部|营业部|超市|中心|合作社|事务所|医院|学校|大学|[税民政财]局|委员会|个体工商户|集团|银行|支行|分行)$/;
const ADDRESS = /(省|自治区|市|区|县|州|盟).{1,}(路|街|道|巷|号|村|组|栋|幢|楼|层|室|镇|乡|屯|弄|里|园)/;
const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌裘亓诸闭';
const PERSON = new RegExp(
  `^([${SURNAMES}]\\p{Script=Han}{1,3}|(${[...COMPOUND].join('|')})\\p{Script=Han}{1,2})$`,
  'u',
);
const DOTTED = new RegExp(`^\\p{Script=Han}{1,10}([${DOTS}]\\p{Script=Han}{1,10}){1,4}$`, 'u');

/** What it looks like as a whole, else `free-text` where an identifier hides in it; undefined where nothing was found. */
export function looksLike(value: string): Looks | undefined {
  const text = wideToNarrow(value.normalize('NFKC')).trim();
  const plain = text.replace(/[\s\p{Cf}\-_.]/gu, '').toUpperCase();
  return asNumber(plain) ?? asPhone(text, plain) ?? asWords(text, plain) ?? hidden(text);
}

function asNumber(plain: string): Looks | undefined {
  if (isCitizenId(plain)) return { kind: 'citizen-id', proven: true };
  if (isCreditCode(plain)) return { kind: 'credit-code', proven: true };
  if (CITIZEN.test(plain) || CITIZEN_OLD.test(plain)) return { kind: 'citizen-id' };
  if (/^\d{19,20}$/.test(plain) && isCitizenId(plain.slice(0, 18))) return { kind: 'taxpayer-id', proven: true };
  if (CREDIT.test(plain) && /\d/.test(plain.slice(8))) return { kind: 'credit-code' };
  if (TAXPAYER_OLD.test(plain) && orgCheck(plain.slice(6, 14)) === plain[14])
    return { kind: 'taxpayer-id', proven: true };
  if (TAXPAYER_OLD.test(plain) && /[A-WYZ]/.test(plain)) return { kind: 'taxpayer-id' };
  if (MOBILE.test(plain)) return { kind: 'phone' };
  if (isCard(plain)) return { kind: 'bank-account', proven: true };
  if (INVOICE_DIGITAL.test(plain)) return { kind: 'invoice-no' };
  return undefined;
}

function asPhone(text: string, plain: string): Looks | undefined {
  if (LANDLINE.test(text)) return { kind: 'phone' };
  return /^\d{7,}$/.test(plain) ? { kind: 'digits' } : undefined;
}

function asWords(text: string, plain: string): Looks | undefined {
  if (EMAIL.test(text)) return { kind: 'email' };
  if (PLATE.test(text)) return { kind: 'plate' };
  if (PASSPORT.test(plain)) return { kind: 'passport' };
  if (FIRM.test(text)) return { kind: 'company-name' };
  if (ADDRESS.test(text)) return { kind: 'address' };
  if (PERSON.test(text) || DOTTED.test(text)) return { kind: 'person-name' };
  return undefined;
}

function hidden(text: string): Looks | undefined {
  return scanText(text) === text ? undefined : { kind: 'free-text' };
}
