/** Words of which the sandbox's people, firms, places and goods are made. */

type Words = readonly string[];
const words = (text: string): Words => text.split(' ');

export const SURNAMES = words('王 李 张 刘 陈 杨 黄 赵 吴 周 韦 覃 蒙 莫 农 陆 梁 蓝 罗 潘 邓 廖 银 闭 苏');
export const COMPOUND_SURNAMES = words('欧阳 司马 上官 诸葛 令狐 皇甫 尉迟 夏侯');
export const GIVEN = words(
  '伟 芳 娜 敏 静 强 磊 军 洋 艳 勇 杰 丽 涛 明 超 秀英 桂兰 志强 建国 小红 文斌 丹妮 永福 彩霞 春梅 海燕 振华 德胜 雨桐 子涵 梓萱 俊熙 玥 喆 祎 翀 𬭎 䶮',
);
export const DOTTED_NAMES = words(
  '阿依古丽·买买提 阿卜杜拉·艾力 古丽娜尔·吐尔逊 扎西·尼玛 迪丽热巴·迪力木拉提 欧珠·次仁',
);

/** Region codes (GB/T 2260) of Guangxi with city and district. */
export const REGIONS: readonly Region[] = [
  { code: '450103', city: '南宁市', district: '青秀区' },
  { code: '450107', city: '南宁市', district: '西乡塘区' },
  { code: '450202', city: '柳州市', district: '城中区' },
  { code: '450205', city: '柳州市', district: '柳北区' },
  { code: '450302', city: '桂林市', district: '秀峰区' },
  { code: '450305', city: '桂林市', district: '七星区' },
  { code: '450403', city: '梧州市', district: '万秀区' },
  { code: '450502', city: '北海市', district: '海城区' },
  { code: '450602', city: '防城港市', district: '港口区' },
  { code: '450702', city: '钦州市', district: '钦南区' },
  { code: '450802', city: '贵港市', district: '港北区' },
  { code: '450902', city: '玉林市', district: '玉州区' },
  { code: '451002', city: '百色市', district: '右江区' },
  { code: '451102', city: '贺州市', district: '八步区' },
  { code: '451202', city: '河池市', district: '金城江区' },
  { code: '451302', city: '来宾市', district: '兴宾区' },
  { code: '451402', city: '崇左市', district: '江州区' },
];
export interface Region {
  readonly code: string;
  readonly city: string;
  readonly district: string;
}

export const STREETS = words(
  '民族大道 朝阳路 大学东路 解放路 滨江东路 中山路 人民路 江滨路 园湖南路 北部湾大道 环城西路',
);
export const TRADE_NAMES = words('桂海 邕江 壮锦 漓泉 鼎盛 恒信 南珠 金桂 红棉 百越 瑞丰 宏达 天骋 旭日 中郡 八桂');
export const TRADES = words('商贸 建材 物流 食品 科技 农业 餐饮管理 机电设备 医疗器械 文化传媒 糖业 木业');
export const FORMS = words('有限公司 有限责任公司 股份有限公司 合伙企业（有限合伙）');
export const GOODS = words(
  '*食品*白砂糖 *餐饮服务*餐费 *运输服务*货物运输 *建筑材料*水泥 *信息技术服务*软件维护 *农产品*甘蔗 *医疗器械*一次性注射器 *文具*打印纸 *有色金属*铝锭 *经纪代理服务*代理费 *住宿服务*住宿费 *电力*电费',
);
export const CARD_PREFIXES = words('622848 621700 622202 621661 620522 622260');
export const MAIL_HOSTS = words('example.com example.cn mail.example.org');

/** Remarks with nothing personal in them. */
export const PLAIN_REMARKS = words('月结 合同编号HT-07 冲红重开 请尽快寄送 押金抵扣 工程尾款 见附件清单 收款方已核对');

/** Cells that break careless output: formulas, quotes, line ends, separators, emoji, characters outside the basic plane, look-alikes. */
export const HARD_REMARKS: Words = [
  '=SUM(A1:A9)',
  '+1+1',
  '-2+3',
  '@SUM(1,1)',
  '＝1+1',
  '\t=1+1',
  '\r=cmd',
  '他说"急件", 请加盖章',
  '第一行\n第二行',
  '第一行\r\n第二行',
  '逗号,分号;竖线|',
  "单引号'与反斜杠\\",
  '🎉开业大吉🎊',
  '𠮷野家',
  '㛃堃',
  '零\u200b宽',
  '-1234.50',
  'NULL',
  'null',
  '\\N',
  ' 前后有空格 ',
  '\u202e倒写\u202c',
  '=HYPERLINK("http://example.com","点")',
];
