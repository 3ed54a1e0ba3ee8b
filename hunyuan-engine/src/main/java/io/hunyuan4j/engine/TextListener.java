package io.hunyuan4j.engine;

/** Receives a text as it is generated, on the thread that generates it. */
@FunctionalInterface
public interface TextListener {

  /** The next piece: never empty, never a part of a character. All pieces together are the text. */
  void onText(String piece);
}
