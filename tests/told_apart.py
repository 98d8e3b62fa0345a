"""The words that two texts may say against each other, as they are folded."""

from pathlib import Path

NUMBER_WORDS = frozenset(
    """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty
    ninety hundred thousand million millions billion billions first second third fourth
    fifth sixth seventh eighth ninth tenth deux trois quatre cinq sept huit neuf dix
    onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante
    cent cents mille milliard milliards premier premiere premiers premieres deuxieme
    seconde troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme
    zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn
    sechzehn siebzehn achtzehn neunzehn zwanzig dreissig vierzig funfzig sechzig siebzig
    achtzig neunzig hundert tausend millionen milliarde milliarden erste ersten erster
    zweite zweiten zweiter dritte dritten dritter vierte vierten dos tres cuatro cinco
    seis siete ocho nueve diez doce trece catorce veinte treinta cuarenta cincuenta
    sesenta setenta ochenta noventa cien ciento cientos mil millon millones primero
    primera segundo segunda tercero tercera cuarto cuarta quinto quinta quattro cinque
    sette otto nove dieci undici dodici venti trenta cento mila milione milioni primo
    secondo seconda terzo terza quarto quarta dois duas quatro sete oito dez doze vinte
    trinta quarenta cinquenta milhao milhoes primeiro primeira terceiro terceira twee
    vijf zes zeven negen tien twintig dertig honderd duizend miljoen eerste tweede derde
    vierde два две три четыре пять шесть семь восемь девять десять двадцать тридцать
    сорок сто тысяча тысячи тысяч миллион миллиона миллионов первыи второи третии первая
    вторая третья janvier fevrier mars avril mai juin juillet aout septembre octobre
    novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche enero febrero
    marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes
    martes miercoles jueves viernes sabado domingo gennaio febbraio aprile maggio giugno
    luglio settembre ottobre dicembre lunedi martedi mercoledi giovedi venerdi sabato
    domenica janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro
    januari februari maart april mei juni juli augustus september oktober november
    december maandag dinsdag woensdag donderdag vrijdag zaterdag zondag января февраля
    марта апреля мая июня июля августа сентября октября ноября декабря понедельник
    вторник среда среду четверг пятница пятницу суббота субботу воскресенье $ € £ ¥ ¢ ₹
    ₽ ₩ ₪ ₺ ₴ ฿ euro euros dollar dollars pounds francs yen
    january february march april june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday januar februar marz april juni juli august
    september oktober november dezember montag dienstag mittwoch donnerstag freitag samstag
    sonnabend sonntag tre drie twaalf terca sexta двух трех четырех пяти шести семи восьми девяти
    десяти январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре
    """.split()
)

UNSAID = frozenset(
    """
    one un une uno una ein eine einem einen einer eines um uma een один одна одно одного
    several few many some various plusieurs quelques mehrere einige viele wenige varios varias
    algunos algunas diversi diverse alcuni alcune vari alguns enkele несколько много
    """.split()
)

NEGATIONS = frozenset(
    """
    not no never without cannot nor none neither isn aren wasn weren don doesn didn won
    wouldn couldn shouldn mustn hasn haven hadn pas jamais sans aucun aucune ni rien
    nicht kein keine keinen keinem keiner keines nie niemals ohne weder nunca sin jamas
    ningun ninguna non senza nessun nessuna nao sem nenhum nenhuma niet geen nooit
    zonder inte ikke ingen bez не нет без никогда нельзя немає 不 没 沒 無 无 未 非 لا لم لن
    ليس ليست غير بدون לא אין בלי inte aldrig utan δεν μην χωρισ khong chua neni nelze نیست
    नहीं नही না নয় নেই نہیں
    """.split()
)

# Words that deny, or what of them stands before the apostrophe: what is said without the denial.
AFFIRMED = {
    "isn": "is",
    "aren": "are",
    "wasn": "was",
    "weren": "were",
    "don": "do",
    "doesn": "does",
    "didn": "did",
    "won": "will",
    "wouldn": "would",
    "couldn": "could",
    "shouldn": "should",
    "mustn": "must",
    "hasn": "has",
    "haven": "have",
    "hadn": "had",
    "can": "can",
    "cannot": "can",
    "kein": "ein",
    "keine": "eine",
    "keinen": "einen",
    "keinem": "einem",
    "keiner": "einer",
    "keines": "eines",
    "geen": "een",
}

# In scripts in which each character is a token.
DENYING_SEQUENCES = """
    ません かない がない さない たない ばない まない らない わない しない きない いない えない けない げない せない てない でない べない めない れない じない びない
    かなかっ がなかっ さなかっ たなかっ ばなかっ まなかっ らなかっ わなかっ しなかっ きなかっ いなかっ えなかっ けなかっ げなかっ せなかっ てなかっ でなかっ べなかっ めなかっ
    れなかっ じなかっ びなかっ ไม่ มิได้ อย่า ห้าม ບໍ່ មិន
    """.split()

DENYING_CHARACTERS = frozenset("不没沒無无未")

_SETS = Path(__file__).parents[1] / "rust" / "src" / "judging" / "opposites.txt"

OPPOSITES = frozenset(
    (one, other)
    for line in _SETS.read_text("utf-8").splitlines()
    if not line.startswith("#")
    for one in line.split()
    for other in line.split()
    if one != other
)
