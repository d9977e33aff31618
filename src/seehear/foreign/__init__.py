"""The one place where data of others becomes ours.

A file may come from a stranger, a failing disk or another version.  It is read here with limits (of
size, depth and the length of a number), and then held against a form that says what is expected:
what comes out is of our types, or there is an error of one line.  Nothing else in the package
parses JSON, TOML, arrays or tensors.

    forms     what is expected of a value: `record({"count": whole(1, 100), "name": text})`
    texts     JSON, JSON lines and TOML
    arrays    `.npy` and `.npz` (needs numpy)
    tensors   safetensors
    workbooks what a spreadsheet wrote where text was expected
    archive   files of torch: what they may unpack to
"""
