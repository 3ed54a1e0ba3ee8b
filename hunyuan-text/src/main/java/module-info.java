/** Text to token ids and back. */
module io.hunyuan4j.text {
  requires com.fasterxml.jackson.databind;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports io.hunyuan4j.text;
  exports io.hunyuan4j.text.template;
}
