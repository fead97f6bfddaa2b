"""The parts of model names, as tables (design rules 2, 2a and 9).

The patterns are written for Polars' regex engine, which has no look-around, and ignore case. They stand at the
bottom of the package because the catalogue (folding ``db.json``), the attribution of API names and the families
all read them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CANONICAL_BACKEND = "canonical"
"""The backend of a text name that carries no backend prefix."""

BACKENDS: tuple[str, ...] = ("aphrodite", "koboldcpp")
"""The backends that workers put before a name, as ``backend/``, in any case (rule 2)."""

SEPARATORS = "-_. "
"""Separators between the parts of a name."""

BEFORE_ENDINGS = "-_."
"""Separators before an ending."""

BEFORE_TAGS = ":@"
"""Separators before a tag (Ollama, LM Studio)."""

PLACES = ("/models/", "hf.co/", "huggingface.co/")
"""Prefixes that say where a file lies, and are no author (rule 2a)."""

AUTHOR_JOINTS = ("_", "-", ".", "--", "_-_")
"""Separators between author and model in a name without a path (``Author_Model``)."""


@dataclass(frozen=True, slots=True)
class NamePart:
    """One kind of part.

    Attributes:
        label: Its name.
        pattern: A regex that matches the part whole.
        examples: Texts that ``pattern`` matches whole.
        after: The characters of which one stands before the part.
    """

    label: str
    pattern: str
    examples: tuple[str, ...]
    after: str = BEFORE_ENDINGS + BEFORE_TAGS


@dataclass(frozen=True, slots=True)
class LeadingWord:
    """A word that is part of an ending only where certain endings follow it.

    Attributes:
        label: Its name.
        pattern: A regex that matches the word whole.
        before: A regex that matches whole each ending that may follow.
        examples: The word with an ending that follows.
    """

    label: str
    pattern: str
    before: str
    examples: tuple[str, ...]

    @property
    def with_ending(self) -> str:
        """A regex that matches the word with an ending whole."""
        return f"(?:{self.pattern})[-_.](?:{self.before})"


_OF_BITS = r"Q\d+(?:[-_]K(?:SS|S|T|L|V)?)?(?:[-_](?:XXS|XS|S|M|L|H|XL|NL|0|1))?(?:[-_]X?L)?(?:[-_]R\d)?"
_GGUF = rf"Q\d[-_]0(?:[-_]\d){{2}}|TQ\d(?:[-_]\d)?|Q\dK[SML]|I?{_OF_BITS}"

# fmt: off
ENDINGS: tuple[NamePart, ...] = (
    NamePart(
        "GGUF quantisation",
        _GGUF,
        (
            "Q4_K_M", "Q8_0", "IQ4_XS", "IQ3_M", "Q5_K", "q4_k_s", "IQ4_NL", "Q4-K-M", "q3_K-M", "Q6_K_L", "Q8_K_XL",
            "Q4_0_4_4", "IQ4_KS", "IQ4_KSS", "IQ2_KT", "IQ2_KL", "Q4_K_H", "IQ4_K_R4", "Q8_0_R8", "Q8_KV",
            "TQ1_0", "q2ks",
        ),
    ),
    NamePart(
        "APEX",
        r"apex(?:[-_](?:mtp|tq|i))*(?:[-_](?:quality|balanced|compact|mini|nano|micro|tiny|small|medium|large|max))?",
        ("APEX", "APEX-Quality", "APEX-I-Balanced", "apex-mtp-i-quality", "APEX-TQ", "apex-tq-compact"),
    ),
    NamePart("importance matrix", r"i1|imat(?:rix)?", ("i1", "imat", "Imatrix")),
    NamePart(
        "file format",
        r"gg(?:uf|ml|jt)(?:v\d)?|exl[23](?:[-_]\d[._]\d{1,2})?|safetensors|llamafile|onnx|openvino",
        (
            "gguf", "GGUF", "ggml", "ggmlv3", "GGJTv3", "exl2", "exl3", "exl2_6_5", "Safetensors", "llamafile", "ONNX",
            "OpenVINO",
        ),
    ),
    NamePart(
        "method",
        r"gptq(?:model)?(?:[-_]marlin)?|(?:auto)?awq(?:[-_](?:gemm|gemv|marlin))?|bnb|hqq|eetq|vptq|qtip|torchao|marlin"
        r"|quip(?:[-_]?sharp|#)?|aqlm(?:[-_]pv)?(?:[-_]\dbit)?(?:[-_]\dx\d+)?(?:[-_]hf)?|smoothquant|squeezellm|quanto"
        r"|(?:mixed-)?auto-?round(?:[-_]inc)?|optiq|turboquant|vortex-v\d(?:\.\d)?|quanti[sz]ed|rpcal"
        r"|act-?order(?:[-_](?:true|false))?|smashed",
        (
            "GPTQ", "GPTQModel", "AWQ", "AWQ-GEMM", "bnb", "HQQ", "AQLM", "AQLM-2Bit-1x16", "AQLM-PV-2Bit-1x16-hf",
            "AutoRound", "auto-round", "mixed-AutoRound", "OptiQ", "TurboQuant", "vortex-v3", "quip", "QuIP#",
            "quip-sharp", "VPTQ", "EETQ", "quantized", "quantised", "rpcal", "actorder", "act-order",
            "actorder_True", "smashed", "GPTQ-marlin", "TorchAO", "SmoothQuant",
        ),
    ),
    NamePart(
        "number width",
        r"(?:int[2-8](?:bit|wo|-inc)?|fp[46]|bf16|fp16|fp32|b?float16|float32|df11|nf4)(?:mix)?"
        r"(?:[-_](?:a?sym|(?:cw[-_])?ov))?|fp8(?:mix)?(?:[-_](?:dynamic|static|block|kv|per[-_]tensor|e4m3(?:fn)?|e5m2))?|f16|f32"
        r"|[2-8]-bit-(?:32|64|128)|[1-8][-_]?bits?(?:[-_]dwq(?:-v\d|-\d{6})?)?",
        (
            "Int4", "int8", "FP4", "FP8", "FP16", "fp32", "bf16", "F16", "F32", "nf4", "float16", "bfloat16", "4bit",
            "8bit", "4-bit", "6_bit", "FP8-Dynamic", "FP8_dynamic", "FP8-Block", "FP8-Static", "FP8-KV", "FP8-e4m3",
            "FP16Mix", "int4-sym", "int4-ov", "int4bit", "int4-inc", "4bit-DWQ",
            "4bit-DWQ-053125", "4bits", "4-bit-64", "DF11",
        ),
    ),
    NamePart(
        "weights and activations",
        r"W\d{1,2}A\d{1,2}(?:kv\d{1,2})?(?:[-_](?:a?sym|int8|fp8))?|(?:mx|nv)(?:fp|int)\d(?:A16)?(?:[-_]moe)?",
        ("W4A16", "w8a8", "W8A8-FP8", "W4A16_ASYM", "MXFP4", "MXFP8", "NVFP4", "NVFP4A16", "MXFP4_MOE"),
    ),
    NamePart(
        "bits per weight",
        r"(?:\d+[._](?:\d\d+|[019])|\d+)[-_]?bpw(?:[-_]L)?",
        ("4.0bpw", "2.25bpw", "6bpw", "6bpw_L", "8_0-bpw"),
    ),
    NamePart(  # Behind a dot, 4.5bpw could be version 4 at 5 bits.
        "halves of bits per weight",
        r"\d\.\d[-_]?(?:bpw(?:[-_]L)?|bit)|\d_\d-bpw",
        ("4.5bpw", "6.5bpw_L", "4_5-bpw", "4.5bit"),
        after="-_" + BEFORE_TAGS,
    ),
    NamePart(
        "group size or head bits",
        r"(?:16|32|64|128|256|512|1024)g|g(?:s|roup[-_]?)?(?:16|32|64|128|256|512|1024)|-1g|hb?[5-8]|w[2-8]g\d+",
        ("128g", "32g", "g128", "gs64", "group128", "-1g", "h6", "H8", "hb6", "w4g128"),
    ),
    NamePart(
        "compiled format",
        r"mlx|(?:q\db?f(?:16|32)(?:[-_](?:\d|awq|autoawq|ft))?[-_])?mlc(?:[-_]\d+k)?|q\db?f(?:16|32)(?:[-_]\d)?|mtp"
        r"|ctranslate2|ct2|trt-?llm|tensorrt(?:-llm)?",
        ("MLX", "MLC", "q4f16_1", "q4f32_1", "q0f16", "MLC-1k", "q4f16_1-MLC", "q4bf16_1", "MTP", "ct2",
         "TensorRT-LLM"),
    ),
    NamePart("branch", r"main", ("main",)),
    NamePart(
        "part of a file",
        r"\d{1,5}[-_]of[-_]\d{1,5}|part\d+of\d+|split-[a-z]",
        ("00001-of-00003", "00002_of_00011", "part1of2", "split-a"),
    ),
    NamePart("file ending", r"bin|pth?|ckpt|zip", ("bin", "pt", "pth", "ckpt", "zip"), after="."),
    NamePart("tag", r"latest", ("latest",), after=BEFORE_TAGS),
)
"""Additions to a text model's name that leave its weights the same (rules 2 and 2a). They stack.

Where one is the beginning of another, the longer one comes first.
"""
# fmt: on

LEADING_WORDS: tuple[LeadingWord, ...] = (
    LeadingWord(
        "Unsloth dynamic",
        r"UD",
        rf"{_GGUF}|mlx|mxfp4(?:[-_]moe)?",
        ("UD-Q4_K_XL", "UD-IQ2_M", "UD-TQ1_0", "UD-MXFP4_MOE"),
    ),
    LeadingWord("mixture of types", r"smol|mix", rf"I{_OF_BITS}", ("smol-IQ2_KS", "mix-IQ4_K")),
    LeadingWord("Unsloth", r"unsloth", r"bnb", ("unsloth-bnb",)),
    LeadingWord("IQ or ARM", r"(?:IQ[-_])?ARM|IQ", r"imat(?:rix)?", ("IQ-Imatrix", "ARM-Imatrix", "IQ-ARM-Imatrix")),
    LeadingWord("bits before a group size", r"4b", r"-?\d+g", ("4b-32g", "4b-128g")),
    LeadingWord("weight bits", r"w[2-8]", r"g\d+", ("w4-g64",)),
)
"""Words that come off only once the ending behind them has (rule 2a): alone they may be a size, a version or a name."""

APEX = "APEX"
"""The label of the ending before which file names drop ``-it`` and ``-Instruct`` (rule 2a)."""

TUNED_ENDINGS: tuple[str, ...] = ("-it", "-instruct")
"""The parts that APEX files drop from a model's name."""

DROPPABLE_ENDINGS: tuple[str, ...] = ("-hf", "_hf")
"""Endings of a record's own name that workers leave out, in any case (rule 2a)."""

QUANTISERS: tuple[str, ...] = (
    "AMead10", "ArtusDev", "BlouseJury", "CISC", "DeusImperator", "DevQuasar", "Dracones", "GGUF-A-Lot", "HammerAI",
    "ISTA-DASLab", "InferenceIllusionist", "Lewdiculous", "LoneStriker", "MaziyarPanahi", "MikeRoz", "ModelCloud",
    "Mungert", "NexesMess", "Nexesenex", "Orion-zhen", "Panchovix", "PrunaAI", "QuantFactory", "QuantTrio",
    "RedHatAI", "RichardErkhov", "SanctumAI", "TheBloke", "TheMelonGod", "ThomasBaruzier", "Triangle104", "Virt-io",
    "ZeroWw", "Zoyd", "abhinavkulkarni", "afrideva", "anikifoss", "backyardai", "bartowski", "bullerwins",
    "casperhansen", "cortecs", "cpatonn", "cpatonn-mirror", "crusoeai", "dranger003", "duyntnet",
    "featherless-ai-quants", "firelzrd", "gabriellarson", "gaianet", "gghfez", "ggml-org", "hugging-quants",
    "intervitens", "jakiAJK", "kaitchup", "leafspark", "legraphista", "lmstudio-community", "lucyknada", "maddes8cht",
    "mgoin", "mlx-community", "mmnga", "mradermacher", "mudler", "neuralmagic", "nm-testing", "nold", "noneUsername",
    "okwinds", "qwp4w3hyb", "royallab", "s3nh", "second-state", "solidrust", "stelterlab", "tensorblock", "turboderp",
    "ubergarm", "unsloth", "vllm-ascend",
)  # fmt: skip
"""Accounts that publish other authors' weights in fewer bits; some put their name before the model's (rule 2a)."""


@dataclass(frozen=True, slots=True)
class PathForm:
    """A way to write a path to a model, read as ``author/name`` or ``name``.

    Attributes:
        label: Its name.
        pattern: A regex that matches the whole text.
        replacement: The path it stands for, with groups of ``pattern``.
        examples: Texts with their reading.
    """

    label: str
    pattern: str
    replacement: str
    examples: tuple[tuple[str, str], ...]


PATH_FORMS: tuple[PathForm, ...] = (
    PathForm(
        "cache folder",
        r"^(?:.*/)?models--(.+?)--([^/]+?)(?:/snapshots(?:/[^/]*)?)?$",
        "${1}/${2}",
        (("/hub/models--Author--Name", "Author/Name"), ("models--Author--Name/snapshots/0a1b", "Author/Name")),
    ),
    PathForm("Windows path", r"^.*\\", "", ((r"C:\models\Name", "Name"), (r".\Name", "Name"))),
    PathForm("folder", r"/+$", "", (("/models/Name/", "/models/Name"),)),
)
"""Paths that end in more, or are divided by more, than a slash and the model's name (rule 2a)."""

OTHER_WEIGHTS: tuple[str, ...] = (
    "abliterated", "uncensored", "heretic", "sft", "dpo", "distill", "reap", "lora", "qat", "instruct", "it", "chat",
)  # fmt: skip
"""Words that make other weights of a model, in lower case (rules 2a and 2c)."""

NEVER_ENDINGS: tuple[str, ...] = (
    *OTHER_WEIGHTS, "abliterix", "orpo", "rlhf", "distilled", "pruned", "merged", "speculator", "eagle3", "embed", "ft",
    "finetune", "finetuned", "base", "thinking", "reasoning", "coder", "math", "vision", "vl",
)  # fmt: skip
"""Words that name other weights or other models, so that they never come off (rule 2a)."""

SIZE = r"(?:\d+x)?\d+(?:\.\d+)?[BM]|\d+B\d+|[AE]\d+(?:\.\d+)?B"
VERSION = r"v\d+(?:\.\d+)*"
DATE = r"(?:0[1-9]|1[0-2])-20\d\d|20\d\d-(?:0[1-9]|1[0-2])|2\d(?:0[1-9]|1[0-2])"

TELLING_WORD = rf"(?i:{SIZE}|{VERSION}|\d+(?:\.\d+)+|{DATE})"
"""A word of a name that tells one model from another of its line: a size, a version or a date (rule 2c)."""

FAMILY_PARTS: tuple[NamePart, ...] = (
    NamePart(
        "size",
        SIZE,
        ("7B", "1.8B", "125m", "8x22B", "7b1", "A3B", "E4B"),
    ),
    NamePart("version", VERSION, ("v2", "v4.1")),
    NamePart(
        "date",
        DATE,
        ("08-2024", "2024-08", "2507"),
    ),
    NamePart(
        "variant",
        r"Instruct|Chat|Base|it|hf|Thinking|Reasoning|Preview|Latest",
        ("Instruct", "chat", "Base", "it", "hf", "Thinking", "Reasoning", "Preview", "Latest"),
    ),
    *(NamePart(word.label, word.with_ending, word.examples) for word in LEADING_WORDS),
    *(part for part in ENDINGS if "-" in part.after),
    NamePart("quantisation-aware training", r"QAT", ("QAT",)),
)
"""The name parts that distinguish members of a family of text models (rule 9), in the order of their removal."""


def alternatives(parts: Iterable[NamePart | LeadingWord]) -> str:
    """Return one pattern that matches any of the parts."""
    return "|".join(part.pattern for part in parts)
