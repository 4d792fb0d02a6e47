"""Fuzzing of what reads bytes from outside: seeded mutations of real samples, the same for every run of a seed.

python -m tests.fuzz webhook --inputs 1000000     pushes, in every mode of encryption
python -m tests.fuzz readers --seconds 3600       bulletins in every format
python -m tests.fuzz simulator --seconds 3600     requests and passive replies

mutations   change bytes, also inside a Word file or a PDF
targets     make inputs and check what becomes of them: `webhook`, `readers`, `simulator`
found       inputs that once did harm; `test_fuzz` tries each of them again
"""
