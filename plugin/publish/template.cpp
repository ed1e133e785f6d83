// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish/template.h"

#include "publish/mustache_text.h"
#include "publish/template_check.h"
#include "publish/template_fields.h"
#include "publish/template_head.h"
#include "publish/template_proof.h"
#include "publish/template_samples.h"
#include "publish/template_search.h"
#include "system/regular_file.h"
#include "system/text_encoding.h"

#include <algorithm>

namespace ooto::publish
{

namespace
{

constexpr std::size_t maxTemplateBytes = 64 * 1024;

template<typename T>
bool holds(const std::vector<T> &wanted, T value)
{
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

std::optional<TemplateMistake> mistakeOfText(std::string_view text)
{
    if (text.size() > maxTemplateBytes)
        return TemplateMistake{0, system::tooLarge(maxTemplateBytes)};
    const char *end = nullptr;
    if (g_utf8_validate_len(text.data(), text.size(), &end))
        return std::nullopt;
    const auto line = 1 + std::count(text.data(), end, '\n');
    return TemplateMistake{static_cast<unsigned>(line), "this is no UTF-8"};
}

core::Expected<MustacheText, TemplateMistake> checkedText(std::string_view text, unsigned line)
{
    auto tags = checkTags(text, line);
    if (!tags)
        return tags.error();
    for (const TemplateTag &tag : (*tags).tags) {
        if (!isTemplateField(tag.name))
            return TemplateMistake{tag.line, "there is no field `" + tag.name + "`"};
    }
    return MustacheText{std::string(text), std::move(*tags)};
}

/** Without the line break that editors put at a file's end. */
std::string_view bodyOf(std::string_view text)
{
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

} // namespace

struct Template::Parts {
    TemplateHead head;
    MustacheText body;
    MustacheText topic;
    MustacheText path;

    /** @return a mistake with the line that it is of, where it is of one */
    core::Expected<Rendered, TemplateMistake> render(const TemplateFacts &facts) const;
    std::optional<TemplateMistake> take(TemplateHead itsHead, std::string_view text);
    /** Renders samples of all that it wants. */
    std::optional<TemplateMistake> proof() const;
};

std::optional<TemplateMistake> Template::Parts::take(TemplateHead itsHead, std::string_view text)
{
    head = std::move(itsHead);
    auto itsBody = checkedText(bodyOf(text.substr(head.bodyStart)), head.bodyLine);
    auto itsTopic = checkedText(head.topic.text, head.topic.line);
    auto itsPath = checkedText(head.path.text, head.path.line);
    for (const auto *part : {&itsTopic, &itsPath, &itsBody}) {
        if (!*part)
            return part->error();
    }
    body = std::move(*itsBody);
    topic = std::move(*itsTopic);
    path = std::move(*itsPath);
    if (body.text.empty())
        return TemplateMistake{head.bodyLine, "there is no body"};
    return std::nullopt;
}

core::Expected<Rendered, TemplateMistake> Template::Parts::render(const TemplateFacts &facts) const
{
    const JsonObjectHandle fields =
        templateFields(facts, body.tags.have(made::photoBase64) || body.tags.have(made::photoType));
    if (!fields)
        return TemplateMistake{0, "the event is no JSON object"};
    const auto itsBody = body.render(fields.get(), head.escape);
    const auto itsTopic = topic.render(fields.get(), Escape::Topic);
    const auto itsPath = path.render(fields.get(), Escape::Url);
    for (const auto *part : {&itsBody, &itsTopic, &itsPath}) {
        if (!*part)
            return part->error();
    }
    if (const std::string problem = topicProblem(*itsTopic); head.topic.line && !problem.empty())
        return TemplateMistake{head.topic.line, problem};
    if (const std::string problem = pathProblem(*itsPath); head.path.line && !problem.empty())
        return TemplateMistake{head.path.line, problem};
    Rendered rendered;
    rendered.body = *itsBody;
    rendered.contentType = head.contentType;
    rendered.topic = *itsTopic;
    rendered.path = *itsPath;
    rendered.method = head.method;
    rendered.expectedAnswer = head.answer;
    rendered.retain = head.retain;
    return rendered;
}

std::optional<TemplateMistake> Template::Parts::proof() const
{
    for (const SampleKind &kind : wantedSamples(head)) {
        const auto rendered = render(sampleFacts(kind));
        if (!rendered)
            return rendered.error();
        if (const std::string problem = bodyProblem((*rendered).body, head.escape);
            !problem.empty())
            return TemplateMistake{
                0, "with an event `" + std::string(core::eventName(kind.type)) + "` of status `" +
                       std::string(core::statusName(kind.status)) +
                       (kind.full ? "` that has all fields " : "` that has no more than it must ") +
                       "the body is " + problem};
    }
    return std::nullopt;
}

Template::Template(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}

Template::~Template() = default;

core::Expected<std::shared_ptr<const Template>, std::string>
Template::parse(const std::string &text, const std::string &name)
{
    const std::string_view content = system::withoutByteOrderMark(text);
    if (const auto mistake = mistakeOfText(content))
        return described(*mistake, name);
    auto head = readHead(content);
    if (!head)
        return described(head.error(), name);
    auto parts = std::make_unique<Parts>();
    if (const auto mistake = parts->take(std::move(*head), content))
        return described(*mistake, name);
    if (const auto mistake = parts->proof())
        return described(*mistake, name);
    return std::shared_ptr<const Template>(new Template(std::move(parts)));
}

core::Expected<std::shared_ptr<const Template>, std::string>
Template::load(const std::string &nameOrPath)
{
    const auto path = findTemplate(nameOrPath);
    if (!path)
        return described(path.error(), nameOrPath);
    std::string problem;
    const auto text = system::readRegularFile(*path, maxTemplateBytes, problem);
    if (!text)
        return *path + " " + problem;
    return parse(*text, *path);
}

bool Template::wants(core::FaceEventType type, core::Status status) const
{
    return holds(parts_->head.events, type) && holds(parts_->head.statuses, status);
}

bool Template::usesPhoto() const
{
    return parts_->body.tags.have(made::photoBase64);
}

core::Expected<Rendered, std::string> Template::render(const TemplateFacts &facts) const
{
    auto rendered = parts_->render(facts);
    if (!rendered)
        return rendered.error().text;
    return std::move(*rendered);
}

} // namespace ooto::publish
