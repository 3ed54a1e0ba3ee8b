package io.hunyuan4j.text.chat;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a model marks the parts of its output. <i>Blank</i> is space, tab, carriage return or line
 * feed.
 *
 * @param thinkOpen the tag in front of what it thinks
 * @param thinkClose the tag behind it
 * @param answerOpen the tag in front of the answer
 * @param answerClose the tag behind it
 * @param callsOpen the tag in front of a JSON array of tool calls
 * @param callsClose the tag behind it
 * @param answerPrefix a word in front of an answer that is no part of it; empty if there is none
 */
public record OutputSyntax(
    String thinkOpen,
    String thinkClose,
    String answerOpen,
    String answerClose,
    String callsOpen,
    String callsClose,
    String answerPrefix) {
  /**
   * No tag can then begin inside another, so where a tag stands is never in doubt. (Above HUNYUAN,
   * which it checks.)
   */
  private static final Pattern TAG = Pattern.compile("<[^<>]+>");

  /** That of Hunyuan-A13B-Instruct and of the dense Hunyuan models. */
  public static final OutputSyntax HUNYUAN =
      new OutputSyntax(
          "<think>", "</think>", "<answer>", "</answer>", "<tool_calls>", "</tool_calls>", "助手：");

  /**
   * @throws IllegalArgumentException if a tag is not of the form {@code <…>}, two are the same, or
   *     the prefix begins or ends with a blank
   */
  public OutputSyntax {
    Set<String> tags = new HashSet<>();
    for (String tag :
        new String[] {thinkOpen, thinkClose, answerOpen, answerClose, callsOpen, callsClose}) {
      if (!TAG.matcher(tag).matches()) {
        throw new IllegalArgumentException("expected a tag like <think>, found \"" + tag + '"');
      }
      if (!tags.add(tag)) {
        throw new IllegalArgumentException("a tag has one meaning, but " + tag + " has two");
      }
    }
    if (!answerPrefix.isEmpty()
        && (isBlank(answerPrefix.charAt(0))
            || isBlank(answerPrefix.charAt(answerPrefix.length() - 1)))) {
      throw new IllegalArgumentException(
          "a prefix neither begins nor ends with a blank, but \"" + answerPrefix + "\" does");
    }
  }

  static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }
}
