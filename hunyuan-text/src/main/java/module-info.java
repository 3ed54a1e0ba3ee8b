/** Text to token ids and back; what a conversation is made of, and reading a model's answer. */
module io.hunyuan4j.text {
  requires com.fasterxml.jackson.databind;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports io.hunyuan4j.text;
  exports io.hunyuan4j.text.chat;
  exports io.hunyuan4j.text.grammar;
  exports io.hunyuan4j.text.json to
      io.hunyuan4j.cli,
      io.hunyuan4j.engine;
  exports io.hunyuan4j.text.template;
}
