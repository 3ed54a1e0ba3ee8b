package io.hunyuan4j.text.grammar;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a {@link Grammar}: the texts that may stand at one place. */
sealed interface Expression {
  /** What {@link Repeat#max} says where there is no limit. */
  int UNBOUNDED = Integer.MAX_VALUE;

  /** The empty text. */
  Expression EMPTY = new Text("");

  /** No text at all. */
  Expression NEVER = new Choice(List.of());

  /** Exactly this text. */
  record Text(String text) implements Expression {}

  /** One character of a set. */
  record OneOf(CodePointSet set) implements Expression {}

  /** One after the other. */
  record Sequence(List<Expression> parts) implements Expression {
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /** One of several; of none, nothing. */
  record Choice(List<Expression> options) implements Expression {
    public Choice {
      options = List.copyOf(options);
    }
  }

  /** At least {@code min} and at most {@code max} times. */
  record Repeat(Expression body, int min, int max) implements Expression {}

  /** What the rule of this name says. */
  record Reference(String rule) implements Expression {}

  /** The texts of an automaton, written as they are or as the inside of a JSON string. */
  record Automaton(CharAutomaton automaton, Encoding encoding) implements Expression {}

  /**
   * The members of a JSON object: those of a list in its order, separated, the optional ones left
   * out at will; after them any number of additional ones. An ending that is cut short adds none of
   * these.
   */
  record Members(List<Member> members, Expression separator, @Nullable Additional additional)
      implements Expression {
    public Members {
      members = List.copyOf(members);
    }
  }

  /** A member of {@link Members}. */
  record Member(Expression body, Presence presence) {}

  /**
   * A member that may stand behind the others of {@link Members}, any number of times.
   *
   * @param first where there is none before it
   * @param further with the separator in front
   */
  record Additional(Expression first, Expression further) {}

  /** Whether a member may be left out. */
  enum Presence {
    REQUIRED,
    OPTIONAL
  }

  /** How the characters of an automaton become bytes. */
  enum Encoding {
    /** UTF-8. */
    TEXT,
    /**
     * UTF-8 with one escape for each character that needs one: {@code \" \\ \b \f \n \r \t}, else
     * {@code \}{@code u00xx}.
     */
    JSON
  }

  static Expression sequence(Expression... parts) {
    return new Sequence(List.of(parts));
  }

  static Expression choice(Expression... options) {
    return new Choice(List.of(options));
  }

  static Expression optional(Expression body) {
    return new Repeat(body, 0, 1);
  }
}
