"""Text names made of few parts, so that they collide in every way that rule 2 knows."""

from __future__ import annotations

from hypothesis import strategies as st

BACKEND_PREFIXES = st.sampled_from(["", "", "koboldcpp/", "KoboldCpp/", "aphrodite/", "aphrodite//", "tabbyAPI/"])
AUTHORS = st.sampled_from(["", "", "a/", "A/", "b/", "a/b/", "/"])
BASES = st.sampled_from(["m", "M", "m", "n", "m-n", "É", "é", "ΣΣ", "σς", ""])
ONE_ENDING = st.sampled_from(
    ["-Q4_K_M", "-q4_k_m", ".i1", "_gguf", ".GGUF", "-4.0bpw", "-GPTQ-Int4", "-Q", "-Q8_0.", "\n"]
)
FEW_ENDINGS = st.lists(ONE_ENDING, max_size=3).map("".join)

MODEL_NAMES = st.builds("{}{}{}".format, AUTHORS, BASES, st.just("") | FEW_ENDINGS).filter(bool)
MODELS = st.lists(MODEL_NAMES, unique=True, max_size=8)
API_NAME = st.builds("{}{}{}{}".format, BACKEND_PREFIXES, AUTHORS, BASES, FEW_ENDINGS).filter(bool)
API_NAMES = st.lists(API_NAME, unique=True, max_size=12)
