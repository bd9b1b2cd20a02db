"""Names, numbers and accounts for generated people. Put together from parts; nobody is meant."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a generated person is from: ISO 3166 country, ISO 639 language, parts of names."""

    country: str
    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]


def _origin(country: str, language: str, given: str, family: str) -> Origin:
    return Origin(country, language, tuple(given.split()), tuple(family.split()))


# Family names are invented or altered, so that no list of real people matches.
ABROAD = (
    _origin(
        "AL",
        "sq",
        "Arjola Besnik Drita Ermal Fjolla Gentrit Ilirjana Kreshnik Luljeta Valdete",
        "Shkodranaj Vjosari Drinishti Korabaj Tomorri Malsinaj Butrintaj Lurasi",
    ),
    _origin(
        "VN",
        "vi",
        "Thảo Quân Hiếu Ngọc Bích Tuấn Diệp Khánh Lộc Yến",
        "Đỗxuân Vũhoàng Trầnlâm Lêphúc Ngôthanh Phạmkhê Hồsơn Đặngvy",
    ),
    _origin(
        "RO",
        "ro",
        "Ștefania Răzvan Ilinca Bogdănel Catrinel Dragoș Luminița Codruț Smaranda Vlăduț",
        "Brădeșteanu Izvorescu Munteluț Văleanda Cetinaru Pădureț Lunceanu Stejărel",
    ),
    _origin(
        "SD",
        "ar",
        "نوال إدريس سلافة معتصم رانية بشير هدى عثمان",
        "النيلابي الكردفاوي السنارين الدنقلاب الحلفاوين التاكاوي البجراب",
    ),
    _origin(
        "ER",
        "ti",
        "ሰናይት ዮናስ ለተብርሃን ተስፋይ ፍረወይኒ መሓሪ",
        "ወልደጋብርሃን ተኽለማርያሞ ገብረእየሱሳ ሃይለስላሴን ኪዳነማርያ",
    ),
    _origin(
        "CN",
        "zh",
        "文岚 志远 晓芙 建霖 雨桐 海澄 思渺 立恒",
        "谷禾 岑芷 湛舟 郗柏 缪苇 鄢棠 濮岩",
    ),
    _origin(
        "UA",
        "uk",
        "Соломія Остап Мар’яна Тарасик Уляна Богданко Зоряна Любомир",
        "Вітрючук Левадченко Криницяр Полинюк Дніпряна Степовчак Калинюха",
    ),
    _origin(
        "PL",
        "pl",
        "Jagoda Zbyszko Małgorzatka Kazik Bronisława Wojtek Halszka Sławek",
        "Jezioranka Wierzbniak Brzozdowska Zielonkar Mchowicz Kłosowiak Rzeczkowiak",
    ),
    _origin(
        "IN",
        "hi",
        "मीनल रोहित सुहानी जतिन कविशा अर्णव पूर्वा देवांश",
        "नर्मदेकर विंध्यानी सरयूवाल तोमरिया गंगोलकर अरावलीन",
    ),
    _origin(
        "BD",
        "bn",
        "মিতালিনা রফিকুল শর্মিলা জাহিদুল তানজিলা সোহাগ",
        "দীঘিনালাকর সুরমাদার পদ্মাবাসী তিতাসীর মেঘনাল কর্ণফুলিন",
    ),
)
AT_HOME = (
    _origin(
        "GB",
        "en",
        "Kayden Tilly Rhys Maisie Callum Orla Jaydon Freya Connor Niamh Tyrell Ffion",
        "Ellisbrauer Hartlemere Pendowick Strathgorne Llanvaerys Thornquay Marlbeck Ashdunne",
    ),
)
FRENCH = (
    _origin(
        "CM",
        "fr",
        "Mwanaïdi Étienne Solange Blaise Clémence Aristide Fadimatou Honoré",
        "Ngoumbétoa Mbidalène Tchouandem Essombarel Fotsoyim Kamgaindo Abessolane",
    ),
    _origin(
        "CD",
        "fr",
        "Espérance Dieumerci Béatrice Josué Grâce Fidèle Léontine Patient",
        "Kasongwela Mutombaire Ilungandi Tshibangole Lukusamba Ngoyirel",
    ),
)
IN_CAMP = (ABROAD[3], ABROAD[4], *FRENCH)

# What the person told, by the kind of exploitation; each says nothing of who they are.
ACCOUNTS: dict[str, tuple[str, ...]] = {
    "work": (
        "Came for a job on a farm with a promise of a room and a contract. There was no contract,"
        " the pay was kept back for the room, and the passport was taken for safe keeping.",
        "Washed cars twelve hours a day for food and a mattress. Was told that the journey had to"
        " be paid off first, and the sum grew each week.",
        "Worked in a care home on a visa tied to one employer. Paid a fee before coming, was given"
        " half the hours promised, and was told that complaining would end the visa.",
        "Gutted fish at night and slept above the shed. Wages were to be paid after the season and"
        " never were. Nobody was allowed out alone.",
        "Built houses for a man who had met him at a bus station with the offer of a place to"
        " sleep. Was hit when he asked for money.",
        "Sewed in a cellar with eight others. The door was locked from outside, and the lamp was"
        " on when inspectors were near.",
    ),
    "sexual": (
        "Followed somebody who had said that he loved her. After a week he told her what she owed"
        " for the flat and brought men to it.",
        "Answered an advertisement for waiting at tables. The papers were taken on arrival, and the"
        " work was another one.",
        "Was moved between flats every ten days. Somebody else kept the telephone and answered it.",
    ),
    "crime": (
        "Was sent by train with packets and told to stay in a stranger's flat. When the packets"
        " were stolen he was told that he had to work it off.",
        "Looked after plants in a locked house. Food came twice a week. Did not know the town.",
        "Opened bank accounts for others, who kept the cards and waited outside.",
    ),
    "household": (
        "Cleaned and minded children from five in the morning until midnight, slept on the kitchen"
        " floor, and had one afternoon in two years.",
        "Was brought by relatives to go to school. Never went; kept house for them instead.",
    ),
    "armed": (
        "Was taken from the road with two others and made to carry and cook for a group of armed"
        " men. Ran away when the camp was moved.",
        "The men who came to the village took those who could walk. Children were given to the"
        " fighters. Left at night after five months.",
    ),
    "survival": (
        "Has no ration card. Neighbours give food for favours. Nobody says that she must, and"
        " nobody else keeps what she is given.",
        "Came to the camp alone. Trades company for a place to sleep. Wants work and a tent.",
    ),
}


@dataclass(frozen=True, slots=True)
class Persona:
    """A generated person: what the facts of the identity say, and what the case may know."""

    origin: Origin
    name: str
    age: int
    birth_date: str
    telephone: str
    email: str
    document: str
    account: str

    def fact(self, kind: str) -> str:
        """The value of a fact of this kind."""
        return {
            "name": self.name,
            "alias": self.name.split(" ", 1)[0],
            "birth_date": self.birth_date,
            "telephone": self.telephone,
            "email": self.email,
            "document": self.document,
        }.get(kind, self.document)


def ages_of(age_status: str) -> tuple[int, int]:
    """Between which ages a person of this age status is, as told."""
    return {"adult": (18, 58), "child": (9, 17)}.get(age_status, (15, 17))


def invent(
    rng: Random, origins: tuple[Origin, ...], age_status: str, year: int, kind: str
) -> Persona:
    """A person of one of the origins, of the age that they tell in `year`."""
    origin = origins[int(rng.random() * len(origins))]
    bits = rng.getrandbits(96)
    given = origin.given[bits % len(origin.given)]
    family = origin.family[(bits >> 8) % len(origin.family)]
    low, high = ages_of(age_status)
    # The younger, the more often: two draws, and the lower one.
    span = high - low + 1
    first, second = (bits >> 16) % span, (bits >> 24) % span
    age = low + min(first, second) if age_status == "adult" else high - min(first, second)
    # Ofcom keeps these numbers for drama; example.net belongs to nobody.
    number = (bits >> 32) % 1000
    mark = (bits >> 42) % 1_000_000
    accounts = ACCOUNTS[kind]
    return Persona(
        origin=origin,
        name=f"{given} {family}",
        age=age,
        birth_date=f"{year - age}-01",
        telephone=f"+44 7700 900{number:03d}",
        email=f"person.{mark:06d}@example.net",
        document=f"ZX-{mark % 10000:04d}-{origin.country}-{number:04d}",
        account=accounts[(bits >> 62) % len(accounts)],
    )
