// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/template.h"

#include "publish/template_events.h"
#include "publish/template_fields.h"
#include "support/scratch_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace ooto::publish
{
namespace
{

using test::eventJson;
using test::factsOf;
using test::hostileName;
using test::jsonString;

/** Before GLib asks for it the first time. */
const test::ScratchDirectory &userData()
{
    static const test::ScratchDirectory folder;
    return folder;
}
const int prepared = setenv("XDG_DATA_HOME", userData().path().c_str(), 1);

std::string sourceFile(const std::string &path)
{
    const char *root = std::getenv("OOTO_SOURCE_ROOT");
    return test::contentOf(std::string(root ? root : ".") + "/" + path);
}

/** The text of what is wrong; empty: nothing. */
std::string mistakeOf(const std::string &text)
{
    const auto parsed = Template::parse(text, "door.mustache");
    return parsed ? std::string() : parsed.error();
}

void expectMistake(const std::string &text, const std::string &start)
{
    const std::string mistake = mistakeOf(text);
    EXPECT_TRUE(mistake.starts_with("door.mustache" + start)) << mistake;
}

Rendered rendered(const std::string &text, const TemplateFacts &facts = factsOf())
{
    const auto parsed = Template::parse(text, "door.mustache");
    if (!parsed) {
        ADD_FAILURE() << parsed.error();
        return {};
    }
    const auto result = (*parsed)->render(facts);
    if (!result) {
        ADD_FAILURE() << result.error();
        return {};
    }
    return *result;
}

std::string body(const std::string &text, const TemplateFacts &facts = factsOf())
{
    return rendered(text, facts).body;
}

TemplateFacts named(const std::string &name)
{
    return factsOf({{"name", jsonString(name)}});
}

TEST(Template, refusesEachTagThatIsNotPlain)
{
    expectMistake("\nok\n{{{label}}}\n", ", line 3: `{{{`");
    expectMistake("\nok\n\n{{&label}}\n", ", line 4: `{{&`");
    expectMistake("\n{{> other}}\n", ", line 2: `{{>`");
    expectMistake("on: end\n\nok\n{{=<% %>=}}\n", ", line 4: `{{=`");
    expectMistake("\n{{ & label}}\n", ", line 2: `{{&`");
}

TEST(Template, refusesTagsThatDoNotMatch)
{
    expectMistake("\none\n{{#late}}\ntwo\n", ", line 3: `{{#late}}` is not closed");
    expectMistake("\n{{^late}}\n{{#name}}\n{{/name}}", ", line 2: `{{^late}}` is not closed");
    expectMistake("\n{{#late}}\n{{#name}}\n{{/late}}\n{{/name}}",
                  ", line 4: `{{/late}}` stands where `{{#name}}` of line 3 is open");
    expectMistake("\n\n{{/late}}", ", line 3: `{{/late}}` closes nothing");
    expectMistake("\n\n{{label", ", line 3: `{{` without `}}`");
    expectMistake("\n{{", ", line 2: `{{` without `}}`");
    expectMistake("\n{{}}", ", line 2: a tag without a name");
    expectMistake("\n{{# }}", ", line 2: a tag without a name");
    expectMistake("\n{{la bel}}", ", line 2: `{{la bel}}` is no field's name");
    expectMistake("\n{{?label}}", ", line 2: `{{?label}}` is no tag");
}

TEST(Template, namesTheLineOfAFieldThatDoesNotExist)
{
    expectMistake("on: end\n\nok\n{{nmae}}", ", line 4: there is no field `nmae`");
    expectMistake("\n{{quality.blurr}}", ", line 2: there is no field `quality.blurr`");
    expectMistake("\n{{label|0}}", ", line 2: there is no field `label|0`");
    expectMistake("\n{{label|many}}", ", line 2: there is no field `label|many`");
    expectMistake("\n{{label|10000}}", ", line 2: there is no field `label|10000`");
    expectMistake("topic: a/{{x}}\n\n{}", ", line 1: there is no field `x`");
}

TEST(Template, refusesAHeadWithTheLineOfTheMistake)
{
    expectMistake("on: end\ncolour: red\n\nx", ", line 2: `colour` is no key: on, statuses");
    expectMistake("# for people\non: end leave\n\nx", ", line 2: `leave` is no event");
    expectMistake("statuses: known\n\nx", ", line 1: `known` is no status");
    expectMistake("method: GET\n\nx", ", line 1: `GET` is no method");
    expectMistake("retain: yes\n\nx", ", line 1: `retain` is true or false");
    expectMistake("content-type: text/html\n\nx", ", line 1: nobody knows how to escape");
    expectMistake("on: end\non: new\n\nx", ", line 2: `on` is given twice");
    expectMistake("on:\n\nx", ", line 1: `on` has no value");
    expectMistake("{\"a\": 1}\n", ", line 1: `{\"a\"` is no key");
    expectMistake("just text\n\n", ", line 1: `just text` is no `key: value`");
    expectMistake("on: end\n", ", line 1: there is no body");
    expectMistake("on: end\n\n", ", line 3: there is no body");
    expectMistake("answer: a\x01z\n\nx", ", line 1: the value of `answer` has control");
}

TEST(Template, refusesTopicsAndPathsThatLeadElsewhere)
{
    expectMistake("on: end\ntopic: a/+/b\n\nx", ", line 2: a topic that something is sent to");
    expectMistake("topic: a/#\n\nx", ", line 1: a topic that something is sent to");
    expectMistake("topic: {{name}}\n\nx", ", line 1: the topic is empty");
    expectMistake("path: x\n\nx", ", line 1: a path begins with one `/`");
    expectMistake("path: /{{name}}/x\n\nx", ", line 1: a path begins with one `/`");
    expectMistake("path: /a/../b\n\nx", ", line 1: a path has no `.` or `..`");
    expectMistake("path: /a?b=c\n\nx", ", line 1: a path has letters");
    expectMistake("topic: a\npath: /{{#label}}\n\nx", ", line 2: `{{#label}}` is not closed");
}

TEST(Template, refusesTextThatIsTooLargeTooDeepOrNotUtf8)
{
    // Of few kinds, since each is tried with the whole text.
    const std::string head = "on: end\nstatuses: unknown\n\n";
    EXPECT_EQ(mistakeOf(head + std::string(64 * 1024 - head.size(), 'x')), "");
    expectMistake("\n" + std::string(64 * 1024, 'x'), ": is larger than 64");
    std::string deep;
    for (int i = 0; i < 16; ++i)
        deep = "{{#late}}" + deep + "{{/late}}";
    EXPECT_EQ(mistakeOf("\n" + deep), "");
    expectMistake("\n{{#late}}\n" + deep + "{{/late}}", ", line 3: more than 16 sections");
    expectMistake("\nok\n\xC3(", ", line 3: this is no UTF-8");
    expectMistake(std::string("\nok\n\n\0", 6), ", line 4: this is no UTF-8");
}

TEST(Template, refusesABodyThatIsNotWhatItsTypeSays)
{
    expectMistake("content-type: application/json\n\n{\"a\": }", ": with an event `new`");
    // Fine as long as there is a similarity, which not every event has.
    expectMistake("content-type: application/json\n\n{\"a\": {{similarity}}}",
                  ": with an event `new` of status `pending` that has no more than it must");
    EXPECT_EQ(mistakeOf("content-type: application/json\n\n"
                        "{\"a\": {{#similarity}}{{.}}{{/similarity}}{{^similarity}}0"
                        "{{/similarity}}}"),
              "");
    // Text that is not in quotes.
    expectMistake("content-type: application/vnd.x+json\n\n{\"a\": {{label}}}", ": with an event");
    expectMistake("content-type: application/json\n\n{{#name}}1{{/name}}", ": with an event");
    expectMistake("content-type: text/xml\n\n<a>{{label}}", ": with an event");
    expectMistake("content-type: image/svg+xml\n\n<a b={{label}}/>", ": with an event");
    // Only what it is for is tried.
    EXPECT_EQ(mistakeOf("statuses: identified\ncontent-type: application/json\n\n"
                        "{{#template-id}}1{{/template-id}}"),
              "");
}

TEST(Template, readsItsHead)
{
    const Rendered all = rendered("# for people\r\non: new, end\r\nstatuses: spoof unknown\r\n"
                                  "content-type: application/json; charset=utf-8\r\n"
                                  "topic: x/{{camera}}\r\npath: /in/{{camera}}\r\nmethod: PUT\r\n"
                                  "retain: true\r\nanswer: <ok/>: well\r\n\r\n{}\r\n");
    EXPECT_EQ(all.body, "{}");
    EXPECT_EQ(all.contentType, "application/json; charset=utf-8");
    EXPECT_EQ(all.topic, "x/door");
    EXPECT_EQ(all.path, "/in/door");
    EXPECT_EQ(all.method, "PUT");
    EXPECT_EQ(all.expectedAnswer, "<ok/>: well");
    EXPECT_TRUE(all.retain);

    const Rendered none = rendered("\ntext");
    EXPECT_EQ(none.body, "text");
    EXPECT_EQ(none.contentType, "text/plain; charset=utf-8");
    EXPECT_EQ(none.topic + none.path + none.method + none.expectedAnswer, "");
    EXPECT_FALSE(none.retain);
    EXPECT_EQ(body("\xEF\xBB\xBF\nmarked"), "marked");
}

TEST(Template, wantsWhatItsHeadSays)
{
    using core::FaceEventType;
    using core::Status;
    const auto some = Template::parse("on: answered end\nstatuses: unknown\n\nx", "x");
    ASSERT_TRUE(some);
    EXPECT_TRUE((*some)->wants(FaceEventType::End, Status::Unknown));
    EXPECT_FALSE((*some)->wants(FaceEventType::New, Status::Unknown));
    EXPECT_FALSE((*some)->wants(FaceEventType::End, Status::Spoof));
    const auto all = Template::parse("\nx", "x");
    ASSERT_TRUE(all);
    EXPECT_TRUE((*all)->wants(FaceEventType::Updated, Status::Unavailable));
}

TEST(Template, makesFieldsOfAnEvent)
{
    EXPECT_EQ(body("\n{{label}},{{label-slug}},{{camera-alias}},{{camera-slug}},{{prefix}}"),
              "Rear Admiral,rear-admiral-81cfd711,door,door,ooto");
    EXPECT_EQ(body("\n{{time-unix}} {{since-unix}} {{time-local}}"),
              "1738324800 1738324796 2025-01-31 12:00:00");
    EXPECT_EQ(body("\n{{score}} {{score-percent}}"), "0.98 98");
    EXPECT_EQ(body("\n{{box-px.left}} {{box-px.top}} {{box-px.width}} {{box-px.height}} "
                   "{{box-px.right}} {{box-px.bottom}}"),
              "128 32 256 64 384 96");
    EXPECT_EQ(body("\n{{#onvif}}{{left}} {{top}} {{right}} {{bottom}}{{/onvif}}"),
              "-0.5 0.75 0.5 0.25");
    EXPECT_EQ(body("\n{{#box-share}}{{left}} {{top}} {{right}} {{bottom}}{{/box-share}}"),
              "0.25 0.125 0.75 0.375");
    EXPECT_EQ(body("\n{{#box}}[{{.}}]{{/box}} {{sequence}} {{quality.blur}}"),
              "[0.25][0.125][0.5][0.25] 5 0.5");
}

TEST(Template, makesTheSameUuidOfTheSameEvent)
{
    // python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, "urn:ooto:event:" + ID))'
    EXPECT_EQ(body("\n{{event-uuid}}"), "c78e70be-0d67-599d-9cee-fcf44f846acf");
    EXPECT_NE(body("\n{{event-uuid}}", factsOf({{"event-id", "\"x-1\""}})),
              body("\n{{event-uuid}}"));
}

TEST(Template, labelsByWhatIsKnown)
{
    const auto label = [](const std::map<std::string, std::string> &more) {
        return body("\n{{label}}", factsOf(more));
    };
    EXPECT_EQ(label({}), "Rear Admiral");
    EXPECT_EQ(label({{"name", ""}}), "Grace Hopper");
    EXPECT_EQ(label({{"name", ""}, {"template-id", ""}}), "identified");
    EXPECT_EQ(label({{"status", "\"unknown\""}, {"name", ""}}), "unknown");
    // Nobody is called by a name that a photo of them was shown for.
    EXPECT_EQ(label({{"status", "\"spoof\""}}), "spoof");
    EXPECT_EQ(label({{"status", "\"pending\""}}), "pending");
}

TEST(Template, scoresByTheDetectorWhereNothingIsSimilar)
{
    const std::string text = "\n{{score}} {{score-percent}}";
    EXPECT_EQ(body(text, factsOf({{"similarity", ""}})), "0.75 75");
    EXPECT_EQ(body(text, factsOf({{"similarity", "-0.5"}})), "0 1");
}

TEST(Template, tellsStatesAsSections)
{
    const std::string text = "\n{{#is-answered}}A{{/is-answered}}{{#is-end}}E{{/is-end}}"
                             "{{#is-identified}}I{{/is-identified}}{{#is-spoof}}S{{/is-spoof}}"
                             "{{^is-pending}}p{{/is-pending}}";
    EXPECT_EQ(body(text), "AIp");
    EXPECT_EQ(body(text, factsOf({{"type", "\"end\""}, {"status", "\"spoof\""}})), "ESp");
}

TEST(Template, takesAbsentEmptyAndNullForFalse)
{
    const std::string text = "\n{{#reason}}R{{/reason}}{{^reason}}r{{/reason}}"
                             "{{#quality}}{{#flare-fine}}F{{/flare-fine}}{{/quality}}";
    EXPECT_EQ(body(text), "r");
    EXPECT_EQ(body(text, factsOf({{"reason", "\"\""}})), "r");
    EXPECT_EQ(body(text, factsOf({{"reason", "null"}, {"quality", "{}"}})), "r");
    EXPECT_EQ(body(text, factsOf({{"reason", "\"busy\""}, {"box", "[]"}})), "R");
}

TEST(Template, cutsTextAtCharacters)
{
    EXPECT_EQ(body("\n{{name|4}}", named("Anna-Lena")), "Anna");
    EXPECT_EQ(body("\n{{name|5}}", named("Zo\u00eb\u00eb")), "Zo\u00eb");
    EXPECT_EQ(body("\n{{name|7}}", named("ab\U0001F600\U0001F600")), "ab\U0001F600");
    EXPECT_EQ(body("\n({{name|3}})", named("\U0001F600")), "()");
    EXPECT_EQ(body("\n{{#quality}}{{name|99}}{{/quality}}"), "Rear Admiral");
}

TEST(Template, escapesForJson)
{
    const std::string made =
        body("content-type: application/json\n\n{\"n\": \"{{name}}\"}", named(hostileName));
    EXPECT_EQ(made, "{\"n\": \"Zo\u00eb \\\"O'Neil\\\" </Name>|{{x}}\\\\\\u000a+/#$ \u202eRTL "
                    "\U0001F600\"}");
    EXPECT_EQ(body("content-type: application/json\n\n{\"n\": \"{{name}}\"}", named("a\u007f\t")),
              "{\"n\": \"a\\u007f\\u0009\"}");
}

TEST(Template, escapesForXml)
{
    EXPECT_EQ(body("content-type: application/xml\n\n<a b=\"{{name}}\"/>", named(hostileName)),
              "<a b=\"Zo\u00eb &quot;O&#39;Neil&quot; &lt;/Name&gt;|{{x}}\\ +/#$ \u202eRTL "
              "\U0001F600\"/>");
    EXPECT_EQ(body("content-type: text/xml\n\n<a>{{name}}</a>", named("a&b\u0001\u0085\uffff")),
              "<a>a&amp;b   </a>");
}

TEST(Template, escapesForUrls)
{
    EXPECT_EQ(
        body("content-type: application/x-www-form-urlencoded\n\nn={{name}}", named(hostileName)),
        "n=Zo%C3%AB%20%22O%27Neil%22%20%3C%2FName%3E%7C%7B%7Bx%7D%7D%5C%0A%2B%2F%23%24%20"
        "%E2%80%AERTL%20%F0%9F%98%80");
}

TEST(Template, escapesForALineOfText)
{
    const std::string wanted = "Zo\u00eb \"O'Neil\" </Name> {{x}}\\ +/#$  RTL \U0001F600";
    EXPECT_EQ(body("content-type: text/plain\n\n{{name}}", named(hostileName)), wanted);
    EXPECT_EQ(body("\n{{name}}", named(hostileName)), wanted);
}

TEST(Template, escapesForTopicsAndPaths)
{
    const Rendered made =
        rendered("topic: {{prefix}}/{{name}}/x\npath: /a/{{name}}/x\n\nx", named(hostileName));
    EXPECT_EQ(made.topic, "ooto/Zo\u00eb_\"O'Neil\"_<_Name>|{{x}}\\_______RTL_\U0001F600/x");
    EXPECT_EQ(made.path,
              "/a/Zo%C3%AB%20%22O%27Neil%22%20%3C%2FName%3E%7C%7B%7Bx%7D%7D%5C%0A%2B%2F%23%24%20"
              "%E2%80%AERTL%20%F0%9F%98%80/x");
}

TEST(Template, leavesThePrefixItsLevels)
{
    TemplateFacts facts = factsOf();
    facts.prefix = "site/ooto";
    EXPECT_EQ(rendered("topic: {{prefix}}/{{camera}}\n\nx", facts).topic, "site/ooto/door");
    facts.prefix.clear();
    EXPECT_EQ(rendered("topic: x{{#prefix}}/{{.}}{{/prefix}}\n\nx", facts).topic, "x");
}

TEST(Template, refusesToRenderAPathThatANameLeadsElsewhere)
{
    const auto parsed = Template::parse("path: /a/{{#name}}{{name}}{{/name}}{{^name}}x{{/name}}/b"
                                        "\n\nx",
                                        "door.mustache");
    ASSERT_TRUE(parsed) << parsed.error();
    EXPECT_TRUE((*parsed)->render(named("...")));
    EXPECT_FALSE((*parsed)->render(named("..")));
    EXPECT_FALSE((*parsed)->render(named(".")));
}

TEST(Template, rendersThePhotoOnlyWhereItIsAskedFor)
{
    TemplateFacts facts = factsOf();
    facts.photo.bytes = std::make_shared<const std::vector<std::uint8_t>>(
        std::vector<std::uint8_t>{0xFF, 0xD8, 0xFF, 0xFE});
    const std::string text = "\n{{photo-type}} {{photo-base64}}";
    EXPECT_EQ(body(text, facts), "image/jpeg /9j//g==");
    EXPECT_EQ(body(text), " ");
    const auto with = Template::parse(text, "x");
    const auto without = Template::parse("\n{{label}}", "x");
    ASSERT_TRUE(with && without);
    EXPECT_TRUE((*with)->usesPhoto());
    EXPECT_FALSE((*without)->usesPhoto());
}

TEST(Template, refusesToMakeMoreThanAMebibyte)
{
    const auto parsed = Template::parse("\n{{name}}{{name}}", "x");
    ASSERT_TRUE(parsed);
    EXPECT_TRUE((*parsed)->render(named(std::string(512 * 1024, 'n'))));
    const auto large = (*parsed)->render(named(std::string(512 * 1024 + 1, 'n')));
    ASSERT_FALSE(large);
    EXPECT_NE(large.error().find("1 MiB"), std::string::npos) << large.error();
}

TEST(Template, endsAtListsInsideOfLists)
{
    // Ten to the sixteenth, were it to go on.
    std::string text = "{{#landmarks}}\n{{.}}";
    std::string ends = "{{/landmarks}}";
    for (int i = 1; i < 16; ++i) {
        text = "{{#landmarks}}" + text;
        ends += "{{/landmarks}}";
    }
    // The samples have landmarks where the head lets an event have some: it is found at once.
    expectMistake("\n" + text + ends, ": what it makes of the event is larger than 1 MiB");
}

TEST(Template, refusesAnEventThatIsNone)
{
    const auto parsed = Template::parse("\n{{label}}", "x");
    ASSERT_TRUE(parsed);
    for (const char *json : {"", "[]", "{", "null", "\"x\""}) {
        TemplateFacts facts;
        facts.json = json;
        EXPECT_FALSE((*parsed)->render(facts)) << json;
    }
}

TEST(Template, survivesFieldsOfOtherTypes)
{
    const std::string text = "\n{{label}}{{time-unix}}{{box-px.left}}{{camera-slug}}{{score}}";
    for (const char *value : {"null", "7", "\"x\"", "[]", "{}", "[[],{},\"x\",null]", "true"}) {
        std::map<std::string, std::string> all;
        for (const char *name : {"camera", "status", "name", "box", "wall-clock", "similarity",
                                 "event-id", "frame-width", "quality", "type"})
            all[name] = value;
        EXPECT_NE(body(text, factsOf(all)), "") << value;
    }
}

TEST(Template, knowsEachMemberOfTheSchema)
{
    const std::string schema = sourceFile("docs/ooto.schema.json");
    JsonParser *parser = json_parser_new();
    ASSERT_TRUE(json_parser_load_from_data(parser, schema.data(), -1, nullptr));
    JsonObject *definitions =
        json_object_get_object_member(json_node_get_object(json_parser_get_root(parser)), "$defs");
    std::string text = "\n";
    int known = 0;
    for (const char *part : {"facts", "face-message"}) {
        JsonObject *members = json_object_get_object_member(
            json_object_get_object_member(definitions, part), "properties");
        GList *names = json_object_get_members(members);
        for (GList *name = names; name; name = name->next, ++known) {
            const std::string member = static_cast<const char *>(name->data);
            text += "{{" + member + "}}";
            JsonObject *inside = json_object_get_object_member(members, member.c_str());
            if (!json_object_has_member(inside, "properties"))
                continue;
            GList *parts =
                json_object_get_members(json_object_get_object_member(inside, "properties"));
            for (GList *at = parts; at; at = at->next)
                text += "{{" + member + "." + static_cast<const char *>(at->data) + "}}";
            g_list_free(parts);
        }
        g_list_free(names);
    }
    g_object_unref(parser);
    EXPECT_GT(known, 40);
    EXPECT_EQ(mistakeOf(text), "");
}

/** All that stands in backticks in the first column of a table. */
std::set<std::string> namesOfFirstColumn(const std::string &section)
{
    std::set<std::string> names;
    std::string before;
    std::istringstream lines(section);
    for (std::string line; std::getline(lines, line);) {
        const std::string column = line.starts_with("| `") ? line.substr(0, line.find(" | ")) : "";
        for (std::size_t at = column.find('`'); at != std::string::npos;
             at = column.find('`', at + 1)) {
            const std::size_t end = column.find('`', at + 1);
            std::string name = column.substr(at + 1, end - at - 1);
            if (name.starts_with('.'))
                name = before.substr(0, before.find('.')) + name;
            names.insert(name);
            before = name;
            at = end;
        }
    }
    return names;
}

TEST(Template, isDocumented)
{
    const std::string page = sourceFile("docs/templates.md");
    const std::size_t fields = page.find("### Fields");
    ASSERT_NE(fields, std::string::npos);
    const auto names = namesOfFirstColumn(page.substr(fields, page.find("### Limits") - fields));
    for (const std::string &name : names)
        EXPECT_EQ(mistakeOf("\n{{" + name + "}}"), "");
    TemplateFacts facts = factsOf();
    facts.photo.bytes = std::make_shared<const std::vector<std::uint8_t>>(1, std::uint8_t{0});
    const JsonObjectHandle made = templateFields(facts, true);
    GList *members = json_object_get_members(made.get());
    for (GList *at = members; at; at = at->next) {
        const std::string name = static_cast<const char *>(at->data);
        const bool ofEvent = eventJson().find("\"" + name + "\":") != std::string::npos;
        EXPECT_TRUE(ofEvent || names.contains(name) || names.contains(name + ".left")) << name;
    }
    g_list_free(members);

    const std::size_t example = page.find("```mustache\n") + 12;
    const std::string text = page.substr(example, page.find("```", example) - example);
    const Rendered door = rendered(text);
    EXPECT_EQ(door.path, "/doors/door");
    EXPECT_EQ(door.body, "{\n  \"who\": \"Rear Admiral\",\n  \"similarity\": 0.98,\n"
                         "  \"time\": 1738324800\n}");
}

TEST(Template, isFoundByNameInTheUsersFolderFirst)
{
    const std::string folder = userData() / "ooto/publish";
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/mine.mustache") << "\nmine {{label}}\n";
    std::ofstream(folder + "/gotify.mustache") << "\nown gotify\n";
    std::ofstream(folder + "/broken.mustache") << "on: end\n\n{{#late}}\n";
    const auto mine = Template::load("mine");
    ASSERT_TRUE(mine) << mine.error();
    EXPECT_EQ((*(*mine)->render(factsOf())).body, "mine Rear Admiral");
    const auto own = Template::load("gotify");
    ASSERT_TRUE(own) << own.error();
    EXPECT_EQ((*(*own)->render(factsOf())).body, "own gotify");
    const auto broken = Template::load("broken");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error(), folder + "/broken.mustache, line 3: `{{#late}}` is not closed");
    const auto none = Template::load("nobody");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error(),
              "nobody: no template of this name; there are broken, gotify, milestone, "
              "mine, ntfy, onvif-event, zoneminder; a path has a slash in it, as "
              "./door.mustache");
}

TEST(Template, isReadFromAPath)
{
    const test::ScratchDirectory folder;
    std::ofstream(folder / "door.mustache") << "\n{{camera}}";
    const auto door = Template::load(folder / "door.mustache");
    ASSERT_TRUE(door) << door.error();
    EXPECT_EQ((*(*door)->render(factsOf())).body, "door");
    for (const std::string &path : {folder / "none.mustache", folder.path()}) {
        const auto none = Template::load(path);
        ASSERT_FALSE(none);
        EXPECT_TRUE(none.error().starts_with(path + " ")) << none.error();
    }
    std::ofstream(folder / "large.mustache") << "\n" << std::string(64 * 1024, 'x');
    EXPECT_FALSE(Template::load(folder / "large.mustache"));
}

} // namespace
} // namespace ooto::publish
