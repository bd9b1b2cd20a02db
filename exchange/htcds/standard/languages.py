"""Languages as the standard wants them: by their code of three letters (ISO 639-2). The two letters
of ISO 639-1 count as well.

The list is the one of the Library of Congress, the registration authority of ISO 639-2, by way of
github.com/datasets/language-codes (public domain, ODC PDDL 1.0).
"""

from cases.rules.languages import LANGUAGES, language_code

# Two letters, three letters, and the other three letters (639-2/B) where a language has two.
_WITH_TWO = """
aa aar; ab abk; ae ave; af afr; ak aka; am amh; an arg; ar ara; as asm; av ava; ay aym; az aze; ba
bak; be bel; bg bul; bi bis; bm bam; bn ben; bo bod tib; br bre; bs bos; ca cat; ce che; ch cha;
co cos; cr cre; cs ces cze; cu chu; cv chv; cy cym wel; da dan; de deu ger; dv div; dz dzo; ee
ewe; el ell gre; en eng; eo epo; es spa; et est; eu eus baq; fa fas per; ff ful; fi fin; fj fij;
fo fao; fr fra fre; fy fry; ga gle; gd gla; gl glg; gn grn; gu guj; gv glv; ha hau; he heb; hi
hin; ho hmo; hr hrv; ht hat; hu hun; hy hye arm; hz her; ia ina; id ind; ie ile; ig ibo; ii iii;
ik ipk; io ido; is isl ice; it ita; iu iku; ja jpn; jv jav; ka kat geo; kg kon; ki kik; kj kua; kk
kaz; kl kal; km khm; kn kan; ko kor; kr kau; ks kas; ku kur; kv kom; kw cor; ky kir; la lat; lb
ltz; lg lug; li lim; ln lin; lo lao; lt lit; lu lub; lv lav; mg mlg; mh mah; mi mri mao; mk mkd
mac; ml mal; mn mon; mr mar; ms msa may; mt mlt; my mya bur; na nau; nb nob; nd nde; ne nep; ng
ndo; nl nld dut; nn nno; no nor; nr nbl; nv nav; ny nya; oc oci; oj oji; om orm; or ori; os oss;
pa pan; pi pli; pl pol; ps pus; pt por; qu que; rm roh; rn run; ro ron rum; ru rus; rw kin; sa
san; sc srd; sd snd; se sme; sg sag; si sin; sk slk slo; sl slv; sm smo; sn sna; so som; sq sqi
alb; sr srp; ss ssw; st sot; su sun; sv swe; sw swa; ta tam; te tel; tg tgk; th tha; ti tir; tk
tuk; tl tgl; tn tsn; to ton; tr tur; ts tso; tt tat; tw twi; ty tah; ug uig; uk ukr; ur urd; uz
uzb; ve ven; vi vie; vo vol; wa wln; wo wol; xh xho; yi yid; yo yor; za zha; zh zho chi; zu zul
"""
_OF_THREE_ONLY = """
ace ach ada ady afa afh ain akk ale alg alt ang anp apa arc arn arp art arw ast ath aus awa bad
bai bal ban bas bat bej bem ber bho bih bik bin bla bnt bra btk bua bug byn cad cai car cau ceb
cel chb chg chk chm chn cho chp chr chy cmc cnr cop cpe cpf cpp crh crp csb cus dak dar day del
den dgr din doi dra dsb dua dum dyu efi egy eka elx enm ewo fan fat fil fiu fon frm fro frr frs
fur gaa gay gba gem gez gil gmh goh gon gor got grb grc gsw gwi hai haw hil him hit hmn hsb hup
iba ijo ilo inc ine inh ira iro jbo jpr jrb kaa kab kac kam kar kaw kbd kha khi kho kmb kok kos
kpe krc krl kro kru kum kut lad lah lam lez lol loz lua lui lun luo lus mad mag mai mak man map
mas mdf mdr men mga mic min mis mkh mnc mni mno moh mos mul mun mus mwl mwr myn myv nah nai nap
nds new nia nic niu nog non nqo nso nub nwc nym nyn nyo nzi osa ota oto paa pag pal pam pap pau
peo phi phn pon pra pro raj rap rar roa rom rup sad sah sai sal sam sas sat scn sco sel sem sga
sgn shn sid sio sit sla sma smi smj smn sms snk sog son srn srr ssa suk sus sux syc syr tai tem
ter tet tig tiv tkl tlh tli tmh tog tpi tsi tum tup tut tvl tyv udm uga umb und vai vot wak wal
war was wen xal yao yap ypk zap zbl zen zgh znd zun zxx zza
"""

_THREE_OF: dict[str, str] = {}
_TWO_OF: dict[str, str] = {}
for _entry in _WITH_TWO.split(";"):
    _two, _three, *_other = _entry.split()
    _THREE_OF[_two] = _three
    _TWO_OF.update(dict.fromkeys((_three, *_other), _two))
_KNOWN = frozenset({*_THREE_OF, *_TWO_OF, *_OF_THREE_ONLY.split(), *LANGUAGES.labels})


def known(text: str) -> str:
    """The code that the text is, or that of the language that it names; else empty."""
    code = text.strip().lower()
    if code in _KNOWN:
        return code
    named = language_code(text)
    return standard_code(named) if named else ""


def standard_code(code: str) -> str:
    """The code of three letters of one of our languages; a language that ISO 639-2 has no code for
    keeps the one we have (ISO 639-3)."""
    return _THREE_OF.get(code, code)


def our_code(code: str) -> str:
    """Our code of a language of the standard; empty where our list does not have the language."""
    ours = _TWO_OF.get(code, code)
    return ours if ours in LANGUAGES.labels else ""
