package io.hunyuan4j.text;
record RegexSplit() implements PreTokenizer { @Override public void cut(String t, int s, int e, PieceSink p) {} }
