"""Languages by their expected codes: a round trip alone sees what is lost, and not what is wrong.

The pairs stand here by themselves and were compared with ISO 639-2 by eye."""

from cases.rules.languages import LANGUAGES
from exchange.htcds.standard import languages

# Our code, and the one that the standard wants.
_PAIRS = """
aa:aar ab:abk ach:ach af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak
ban:ban bas:bas be:bel bem:bem bg:bul bho:bho bi:bis bik:bik bm:bam bn:ben bo:bod br:bre brx:brx
bs:bos bug:bug ca:cat ce:che ceb:ceb ch:cha ckb:ckb co:cos cr:cre cs:ces cv:chv cy:cym da:dan
de:deu din:din dv:div dz:dzo ee:ewe el:ell en:eng es:spa et:est eu:eus ewo:ewo fa:fas fan:fan
ff:ful fi:fin fil:fil fj:fij fo:fao fon:fon fr:fra fy:fry ga:gle gaa:gaa gd:gla gl:glg gn:grn
gu:guj gv:glv ha:hau he:heb hi:hin hil:hil hmn:hmn ho:hmo hr:hrv ht:hat hu:hun hy:hye hz:her
id:ind ig:ibo ii:iii ik:ipk ilo:ilo is:isl it:ita iu:iku ja:jpn jv:jav ka:kat kab:kab kam:kam
kg:kon ki:kik kj:kua kk:kaz kl:kal km:khm kn:kan ko:kor kr:kau ks:kas ksh:ksh ku:kur kv:kom
kw:cor ky:kir lb:ltz lg:lug li:lim ln:lin lo:lao lt:lit lu:lub lua:lua lv:lav mad:mad mai:mai
men:men mg:mlg mh:mah mi:mri mk:mkd ml:mal mn:mon mni:mni mos:mos mr:mar ms:msa mt:mlt my:mya
na:nau nb:nob nd:nde ne:nep ng:ndo nl:nld nn:nno no:nor nr:nbl nso:nso nus:nus nv:nav ny:nya
nyn:nyn oc:oci oj:oji om:orm or:ori os:oss pa:pan pap:pap pl:pol prs:prs ps:pus pt:por qu:que
rm:roh rn:run ro:ron ru:rus rw:kin sat:sat sc:srd sco:sco sd:snd se:sme sg:sag shi:shi si:sin
sk:slk sl:slv sm:smo sn:sna so:som sq:sqi sr:srp ss:ssw st:sot su:sun sv:swe sw:swa ta:tam
te:tel tem:tem teo:teo tg:tgk th:tha ti:tir tig:tig tk:tuk tl:tgl tn:tsn to:ton tpi:tpi tr:tur
ts:tso tt:tat tum:tum tw:twi ty:tah ug:uig uk:ukr ur:urd uz:uzb ve:ven vi:vie wa:wln war:war
wo:wol xh:xho yi:yid yo:yor yue:yue za:zha zgh:zgh zh:zho zu:zul
"""
PAIRS = dict(pair.split(":") for pair in _PAIRS.split())
# The other three letters of a language that has two (ISO 639-2/B), and our code.
_OTHERS = """
alb:sq arm:hy baq:eu bur:my chi:zh cze:cs dut:nl fre:fr geo:ka ger:de gre:el ice:is mac:mk mao:mi
may:ms per:fa rum:ro slo:sk tib:bo wel:cy
"""
OTHERS = dict(pair.split(":") for pair in _OTHERS.split())


def test_every_language_of_the_form_is_written_by_its_expected_code():
    assert {code: languages.standard_code(code) for code in LANGUAGES.labels} == PAIRS


def test_every_code_is_read_as_the_expected_language():
    read = {code: languages.our_code(code) for code in PAIRS.values()}
    assert read == {theirs: ours for ours, theirs in PAIRS.items()}
    assert {code: languages.our_code(code) for code in OTHERS} == OTHERS
