"""Word files made part by part, and pastes as Word and official accounts put them on the clipboard."""

import base64
import io
import zipfile

from PIL import Image

TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""
RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"""
DOCUMENT_RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" Target="footnotes.xml"/>
<Relationship Id="rId5" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/image1.png"/>
<Relationship Id="rId6" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="http://127.0.0.1:1/secret.png" TargetMode="External"/>
</Relationships>"""
STYLES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Subtitle"><w:name w:val="Subtitle"/></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/></w:style>
</w:styles>"""
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
FOOTNOTES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:footnotes {NAMESPACES}><w:footnote w:id="1"><w:p><w:r><w:t>World Health Organization. Oral health. https://www.who.int/news-room/fact-sheets/detail/oral-health</w:t></w:r></w:p></w:footnote></w:footnotes>"""


def paragraph(text: str, *, style: str = "", bold: bool = False, note: bool = False) -> str:
    """One paragraph of a Word document."""
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    heavy = "<w:rPr><w:b/></w:rPr>" if bold else ""
    foot = '<w:r><w:footnoteReference w:id="1"/></w:r>' if note else ""
    return f'<w:p>{named}<w:r>{heavy}<w:t xml:space="preserve">{text}</w:t></w:r>{foot}</w:p>'


def drawing(relation: str = "rId5", *, linked: bool = False) -> str:
    """A picture in a paragraph of its own."""
    how = "link" if linked else "embed"
    return (
        '<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr=""/><a:graphic><a:graphicData>'
        f'<pic:pic><pic:blipFill><a:blip r:{how}="{relation}"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


TABLE = (
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>When</w:t></w:r></w:p></w:tc>"
    "<w:tc><w:p><w:r><w:t>What</w:t></w:r></w:p></w:tc></w:tr>"
    '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>Every day</w:t></w:r></w:p></w:tc></w:tr></w:tbl>'
)


def png(colour: str = "#22664d", *, side: int = 120) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()


def docx(
    body: str, *, image: bytes | None = None, prolog: str = "", more: dict | None = None
) -> bytes:
    """A whole .docx around the paragraphs of `body`."""
    document = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{prolog}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>'
    files = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELS,
        "word/document.xml": document,
        "word/_rels/document.xml.rels": DOCUMENT_RELS,
        "word/styles.xml": STYLES,
        "word/footnotes.xml": FOOTNOTES,
        "word/media/image1.png": image or png(),
        **(more or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def data_uri(content: bytes) -> str:
    """The picture as an address."""
    return "data:image/png;base64," + base64.b64encode(content).decode()


WORD_PASTE = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><style><!-- p.MsoNormal {margin:0cm; font-size:12.0pt;} @page WordSection1 {size:595.3pt 841.9pt;} --></style>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--></head>
<body lang=EN-GB><!--StartFragment-->
<p class=MsoTitle><span style='font-family:"Calibri Light"'>Brushing with
braces<o:p></o:p></span></p>
<p class=MsoSubtitle>Ten quiet minutes a day keep the wires clean.</p>
<h1>What to use<o:p></o:p></h1>
<p class=MsoNormal>A soft brush<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1" title=""><span class=MsoFootnoteReference><span style='mso-special-character:footnote'><![if !supportFootnotes]><span class=MsoFootnoteReference>[1]</span><![endif]></span></span></a> and <b style='mso-bidi-font-weight:normal'>small</b> brushes.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>Above the wire<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>2.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>Below the wire<o:p></o:p></p>
<h2>How long</h2>
<table class=MsoTableGrid border=1><tr><td><p class=MsoNormal>Time</p></td><td><p class=MsoNormal>Where</p></td></tr>
<tr><td rowspan=2><p class=MsoNormal>Evening</p></td><td><p class=MsoNormal>Front</p></td></tr><tr><td><p class=MsoNormal>Back</p></td></tr></table>
<p class=MsoNormal><img width=300 height=200 src="file:///C:/Benutzer/doctor/AppData/Local/Temp/msohtmlclip1/01/clip_image001.png" onerror="alert(1)"></p>
<p class=MsoQuote>It gets easier in the second week.</p>
<div style='mso-element:footnote-list'><hr><div style='mso-element:footnote' id=ftn1>
<p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1"><span class=MsoFootnoteReference>[1]</span></a> British Orthodontic Society. <a href="https://bos.org.uk/patients/">https://bos.org.uk/patients/</a><o:p></o:p></p></div></div>
<!--EndFragment--></body></html>"""

WECHAT_PASTE = """<section data-role="outer" style="font-size: 16px;"><section data-tools="135editor">
<section style="text-align:center"><p style="text-align: center;"><span style="font-size: 20px;"><strong>一、牙龈为什么会出血</strong></span></p></section>
<p style="line-height: 1.75em;"><span style="font-size: 16px; letter-spacing: 1px;">刷牙时出血，多半是牙龈发炎了。<span style="font-weight: bold;">不要停止刷牙</span>，轻轻刷干净反而会好[1]。</span></p>
<p><img class="rich_pages wxw-img" data-src="https://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png" data-w="1080" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"></p>
<p style="font-size:12px;color:#888">图1：健康的牙龈</p>
<section><section><p><strong><span style="font-size: 20px;">二、怎么办</span></strong></p></section></section>
<p>1、每天刷两次牙</p><p>2、每天用一次牙线</p><p>3、半年洗一次牙</p>
<p><strong>这一整段都是加粗的话，但它是一个完整的句子。</strong></p>
<iframe class="video_iframe" data-src="https://v.qq.com/txp/iframe/player.html?vid=abc"></iframe>
<script>alert(1)</script>
<p><strong>参考文献</strong></p>
<p>[1] 中华口腔医学会. 牙周病防治. https://www.cndent.com/</p><p>[2] Chapple IL, et al. DOI: 10.1002/JPER.17-0719.</p>
</section></section>"""
