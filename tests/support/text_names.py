"""Text names made of few parts, so that they collide in every way that rules 2 and 2a know."""

from __future__ import annotations

from hypothesis import strategies as st

BACKEND_PREFIXES = st.sampled_from(["", "", "koboldcpp/", "KoboldCpp/", "aphrodite/", "aphrodite//", "tabbyAPI/"])
AUTHORS = st.sampled_from(["", "", "a/", "A/", "b/", "a/b/", "/"])
JOINED = st.sampled_from(["", "", "", "a_", "A-", "b_", "a-b-", "TheBloke_", "bartowski-", "c_", "thebloke_a_"])
BASES = st.sampled_from(["m", "M", "m", "n", "m-n", "a_m", "É", "e\u0301", "ΣΣ", "σς", "Maß", "MASS", ""])
OWN_ENDINGS = st.sampled_from(["", "", "", "-hf", "_HF", "-it", "-4b"])
ONE_ENDING = st.sampled_from(
    [
        "-Q4_K_M", "-q4_k_m", ".i1", "_gguf", ".GGUF", "-4.0bpw", "-GPTQ-Int4", "-Q", "-Q8_0.", "\n", ":latest",
        "-latest", "@q4_k_m", ":3b", "-UD-Q4-K-XL", "-UD", "-4b-32g", "-32g", "-APEX-I-Mini", ".apex",
        "-00001-of-00002", ".bin", "_bin", "-heretic", "-FP8_Dynamic", "/", "-unsloth-bnb-4bit",
    ]
)  # fmt: skip
FEW_ENDINGS = st.lists(ONE_ENDING, max_size=3).map("".join)

MODEL_NAMES = st.builds("{}{}{}{}".format, AUTHORS, BASES, OWN_ENDINGS, st.just("") | FEW_ENDINGS).filter(bool)
MODELS = st.lists(MODEL_NAMES, unique=True, max_size=8)
API_NAME = st.builds("{}{}{}{}{}{}".format, BACKEND_PREFIXES, AUTHORS, JOINED, BASES, OWN_ENDINGS, FEW_ENDINGS).filter(
    bool
)
API_NAMES = st.lists(API_NAME, unique=True, max_size=12)
