data =
{"a": [1]};
