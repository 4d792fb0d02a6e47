"""The script by which a page opened in WeChat gives its title, digest and picture to whoever shares it.

It is the only script of a public page, and part of it, so that other readers load nothing more. In any other browser it
does nothing. It loads WeChat's JS-SDK and asks `/jssdk` for the signature of the page.
"""

from wxbot.rendering.page_templates import csp_hash

__all__ = ["share_policy", "share_script"]

_SCRIPT = """\
if(/MicroMessenger/i.test(navigator.userAgent)){
var sdk=document.createElement("script");
sdk.src="%(sdk)s";
sdk.onload=function(){
fetch("%(root)s/jssdk?url="+encodeURIComponent(location.href.split("#")[0]))
.then(function(found){return found.ok?found.json():Promise.reject()})
.then(function(config){
config.jsApiList=["updateAppMessageShareData","updateTimelineShareData"];
wx.config(config);
wx.ready(function(){
var said=function(name){var meta=document.querySelector('meta[property="og:'+name+'"]');return meta?meta.content:""};
var card={title:said("title"),desc:said("description"),link:said("url")||location.href,imgUrl:said("image")};
wx.updateAppMessageShareData(card);
wx.updateTimelineShareData(card)
})
}).catch(function(){})
};
document.head.append(sdk)
}"""


def share_script(sdk: str, root: str) -> str:
    """Return the script for a site below `root` that loads the SDK from an address; "" without one."""
    return _SCRIPT % {"sdk": sdk, "root": root} if sdk else ""


def share_policy(sdk: str, root: str) -> str:
    """Return what the script adds to the Content-Security-Policy of a page; "" without an SDK."""
    if not sdk:
        return ""
    return f"; script-src {csp_hash(share_script(sdk, root))} {sdk}; connect-src 'self'"
